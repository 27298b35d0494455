import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeName, encodeName } from "./name-text.ts";

const encoded = (text: string): Uint8Array => {
  const space = new Uint8Array(4096);
  return space.slice(0, encodeName(text, space));
};

test("any bytes come back", () => {
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0xef),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (bytes) => {
      const name = Uint8Array.from(bytes);
      expect(encoded(decodeName(name))).toEqual(name);
    }),
    { numRuns: 2000 },
  );
});

test("text stays text, with a byte order mark and with U+FFFD in it", () => {
  for (const text of ["a", "é€😀", "\ufeffa", "\ufffd", "a\ufffdb"]) {
    expect(decodeName(new TextEncoder().encode(text))).toBe(text);
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoded(text))).toBe(text);
  }
});

test("two names that look the same are two", () => {
  const [one, other] = [decodeName(Uint8Array.of(0xff)), decodeName(Uint8Array.of(0xfe))];
  expect(one).not.toBe(other);
  expect([one.toWellFormed(), other.toWellFormed()]).toEqual(["\ufffd", "\ufffd"]);
});

test("what does not fit is refused", () => {
  expect(() => encodeName("ab", new Uint8Array(1))).toThrow("File name too long");
  expect(() => encodeName("\udcff\udcff", new Uint8Array(1))).toThrow("File name too long");
});
