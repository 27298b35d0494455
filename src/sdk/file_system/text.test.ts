import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LIMITS } from "../../platform/limits.ts";
import { Kept, linesOf, NotUtf8, select, selectIn } from "./text.ts";

const pieces = (...texts: string[]) => texts.map((text) => Buffer.from(text, "latin1"));
const lines = (...texts: string[]) => [...linesOf(pieces(...texts))];

describe("linesOf", () => {
  test.each([
    [[], []],
    [["a\nb"], ["a", "b"]],
    [["a\r\n\nb\n"], ["a", "", "b"]],
    [
      ["a\r", "\nb\r"],
      ["a", "b\r"],
    ],
    [["\xc3", "\xa4\n"], ["ä"]],
    [["\xef\xbb\xbfa"], ["\ufeffa"]],
  ])("%j: %j", (texts, expected) => {
    expect(lines(...texts)).toEqual(expected);
  });

  test("what is not UTF-8 is an error after the lines before", () => {
    const iterator = linesOf(pieces("ok\n\xff\xfe\nrest"));
    expect(iterator.next().value).toBe("ok");
    expect(() => iterator.next()).toThrow(NotUtf8);
  });

  test("however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 9 }), (text, step) => {
        const bytes = Buffer.from(`${text}\nlast`);
        const cut = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
          bytes.subarray(index * step, (index + 1) * step),
        );
        expect([...linesOf(cut)]).toEqual([...linesOf([bytes])]);
      }),
    );
  });

  test("a line without end is bounded", () => {
    const piece = Buffer.alloc(LIMITS.fileBytes / 4, 97);
    expect([...linesOf([piece, Buffer.from("\n")])]).toHaveLength(1);
    expect(() => [...linesOf([piece, piece, piece, piece, piece])]).toThrow("fileBytes");
  });
});

describe("select", () => {
  const five = ["1", "2", "3", "4", "5"];
  const bytes = (lines: readonly string[]) => lines.map((line) => Buffer.from(line, "latin1"));
  test.each([
    [2, undefined, ["1", "2"]],
    [2, 3, ["3", "4"]],
    [undefined, 4, ["4", "5"]],
    [-2, undefined, ["4", "5"]],
    [-2, 3, ["2", "3"]],
    [-9, undefined, five],
    [9, 5, ["5"]],
    [0, undefined, []],
    [1, 9, []],
  ])("count %p from %p: %j", (count, start, expected) => {
    expect(select(bytes(five), { count, start })).toEqual(expected);
    for (const pieces of [[`${five.join("\n")}\n`], ["1\n2", "\n", "3", "\n4\n5"]]) {
      const parts = pieces.map((piece) => Buffer.from(piece));
      expect(selectIn(parts, { count, start })).toEqual(expected);
    }
  });

  test("stops when it has what it needs", () => {
    function* endless() {
      for (let number = 1; ; number++) yield Buffer.from(String(number));
    }
    expect(select(endless(), { count: 2, start: 3 })).toEqual(["3", "4"]);
    expect(select(endless(), { count: -2, start: 4 })).toEqual(["3", "4"]);
  });

  test("only what is wanted must be UTF-8", () => {
    const lines = bytes(["\xff", "text"]);
    expect(select(lines, { count: undefined, start: 2 })).toEqual(["text"]);
    expect(select(lines, { count: -1, start: 2 })).toEqual(["text"]);
    expect(() => select(lines, { count: 1, start: undefined })).toThrow(NotUtf8);
  });
});

describe("Kept", () => {
  test("the last ones as a list would have them", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 8 }), (numbers, most) => {
        const kept = new Kept<number>(most);
        for (const number of numbers) kept.add(number, 1);
        expect(kept.items()).toEqual(numbers.slice(-most));
      }),
    );
  });

  test("is bounded in items and characters", () => {
    const kept = new Kept<number>();
    for (let number = 0; number < LIMITS.arrayItems; number++) kept.add(number, 0);
    expect(() => kept.add(0, 0)).toThrow("arrayItems");
    const long = new Kept<string>(1);
    long.add("", LIMITS.fileBytes);
    expect(() => long.add("", LIMITS.fileBytes + 1)).toThrow("fileBytes");
  });
});
