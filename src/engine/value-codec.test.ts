import { expect, test } from "bun:test";
import fc from "fast-check";
import { Char, EnumValue, type Value } from "rhai-wasm";
import { createEngineSync } from "./index.ts";
import { Objects } from "./objects.ts";
import { Reader } from "./reader.ts";
import { COLOUR, HANDLE, Handle, input, MEMORY, testHost } from "./testing.ts";
import { Types } from "./types.ts";
import { ValueCodec } from "./value-codec.ts";
import { Writer } from "./writer.ts";

const objects = new Objects();
const codec = new ValueCodec(new Types([HANDLE, COLOUR]), objects);

const handle = new Handle("h");
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 6 },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.double(),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).map((text) => new Char([...text][0] ?? "x")),
    fc.uint8Array(),
    fc.constant(new EnumValue("Colour", 1, "Green")),
    fc.constant(handle),
    fc.array(tie("value")),
    fc.array(fc.tuple(fc.string({ unit: "binary" }), tie("value"))).map((entries) => new Map(entries)),
  ),
}));

const cross = (value: Value): Value => {
  const out = new Writer();
  codec.write(out, value);
  return codec.read(new Reader(out.written().slice()));
};

test("every value comes back as it went", () => {
  fc.assert(fc.property(anyValue, (value) => expect(cross(value)).toEqual(value)));
});

test("a lone surrogate becomes U+FFFD", () => {
  expect(cross("a\ud800b")).toBe("a\ufffdb");
});

test("integers beyond 64 bits are refused", () => {
  expect(() => cross(2n ** 64n)).toThrow(RangeError);
  expect(() => cross(-(2n ** 63n) - 1n)).toThrow(RangeError);
});

test("a cut message is refused, whatever the cut", () => {
  fc.assert(
    fc.property(anyValue, fc.double({ min: 0, max: 0.999, noNaN: true }), (value, share) => {
      const out = new Writer();
      codec.write(out, value);
      const whole = out.written().slice();
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      expect(() => codec.read(new Reader(cut))).toThrow();
    }),
  );
});

test("any bytes are a value or an error", () => {
  const byte = fc.oneof(fc.nat(14), fc.constantFrom(0, 255), fc.nat(255));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 200 }), (bytes) => {
      try {
        codec.read(new Reader(Uint8Array.from(bytes)));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
    { numRuns: 2000 },
  );
});

test("arrays in arrays without end, and a count without values, are an error", () => {
  const nested = new Writer();
  for (let depth = 0; depth < 1_000_000; depth++) nested.u8(7).u32(1);
  expect(() => codec.read(new Reader(nested.written()))).toThrow(RangeError);
  for (const tag of [7, 8]) {
    const counted = new Writer().u8(tag).u32(0xffff_ffff).written();
    expect(() => codec.read(new Reader(counted))).toThrow(RangeError);
  }
});

test("every value goes through a script and comes back", async () => {
  let given: Value = null;
  const taken: Value[] = [];
  const { manifest, host } = testHost([
    { name: "give", parameters: [], perform: () => given },
    {
      name: "take",
      parameters: ["any"],
      perform: ([value = null]) => {
        taken.push(value);
        return value;
      },
    },
  ]);
  const engine = createEngineSync(manifest, MEMORY);
  const property = fc.asyncProperty(anyValue, async (value) => {
    given = value;
    taken.length = 0;
    const scope = new Map<string, Value>([["held", value]]);
    const script = "let again = take(give()); take(again); take(held); take([#{a: held}])";
    expect(await engine.run(input(script, host, { scope }))).toMatchObject({ status: "ok" });
    expect(taken).toEqual([value, value, value, [new Map([["a", value]])]]);
  });
  await fc.assert(property, { numRuns: 200 });
});

test("an object is released with its last reference", () => {
  const table = new Objects();
  const shared = new Handle("s");
  const [first, second] = [table.add(shared), table.add(shared)];
  table.release(first);
  table.release(first);
  expect(shared.released).toBe(0);
  table.release(second);
  expect(shared.released).toBe(1);
  expect(() => table.get(second)).toThrow();
});
