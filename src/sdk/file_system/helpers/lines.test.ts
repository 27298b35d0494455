import { expect, test } from "bun:test";
import fc from "fast-check";
import { collect, splitLines } from "../text.ts";
import { parseNumber, splitAt } from "./lines.ts";

test("lines end in a line feed, with or without a carriage return", () => {
  expect([...splitLines("")]).toEqual([]);
  expect([...splitLines("\n")]).toEqual([""]);
  expect([...splitLines("a\r\n\r\nb\r\n")]).toEqual(["a", "", "b"]);
  expect([...splitLines("a\rb\nc\r")]).toEqual(["a\rb", "c\r"]);
});

test("lines joined again are the text", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "é", " ", "\t") })), (lines) => {
      expect([...splitLines(lines.map((line) => `${line}\n`).join(""))]).toEqual(lines);
    }),
  );
});

test("an empty delimiter cuts around every character", () => {
  expect([...splitAt("aé😀", "")]).toEqual(["", "a", "é", "😀", ""]);
  expect([...splitAt("", "")]).toEqual(["", ""]);
  expect([...splitAt("", ",")]).toEqual([""]);
  expect([...splitAt(",a,,b", ",")]).toEqual(["", "a", "", "b"]);
});

test("numbers are decimal", () => {
  const numbers: [string, number][] = [
    ["1", 1],
    ["+2", 2],
    ["-2.5", -2.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e2", 100],
    ["1E-2", 0.01],
    [" \u00a0\u00853\t", 3],
    ["inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["1e999", Number.POSITIVE_INFINITY],
  ];
  for (const [text, number] of numbers) expect(parseNumber(text)).toBe(number);
  expect(parseNumber("NaN")).toBeNaN();
  for (const text of [
    "",
    " ",
    "-",
    ".",
    "1e",
    "e1",
    "0x10",
    "1_0",
    "1,5",
    "1 2",
    "\uFEFF1",
    "infinite",
    "--1",
  ]) {
    expect(parseNumber(text)).toBeUndefined();
  }
});

test("every number is read back from its text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (number) => {
      // The text of -0 is that of 0.
      expect(parseNumber(String(number))).toBe(number + 0);
    }),
  );
});

test("no more is collected than an array may hold", () => {
  expect(collect(splitLines("\n".repeat(1_000_000)))).toHaveLength(1_000_000);
  expect(() => collect(splitLines("\n".repeat(1_000_001)))).toThrow("arrayItems");
});

test("parts are those of the platform's own split", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", ","), maxLength: 20 });
  fc.assert(
    fc.property(
      text,
      fc.string({ unit: fc.constantFrom("a", ","), minLength: 1, maxLength: 2 }),
      (whole, at) => {
        expect([...splitAt(whole, at)]).toEqual(whole.split(at));
      },
    ),
  );
});
