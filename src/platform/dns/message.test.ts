import { describe, expect, test } from "bun:test";
import { answerTo, question } from "./message.ts";

const asked = question(0x1234, ["a", "test"], "A");

/** An answer with `records` to {@link asked}, as the bytes that follow the question. */
function answer(count: number, records: readonly number[], flags = 0x8180): Uint8Array {
  const bytes = new Uint8Array([...asked, ...records]);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, flags);
  view.setUint16(6, count);
  return bytes;
}

const record = (name: readonly number[], type: number, data: readonly number[]): number[] => [
  ...name,
  ...[0, type, 0, 1, 0, 0, 0, 0],
  ...[data.length >> 8, data.length & 255],
  ...data,
];
const NAME = [0xc0, 12];

test("a question", () => {
  expect(Buffer.from(asked).toString("latin1")).toBe(
    "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x04test\x00\x00\x01\x00\x01",
  );
});

describe("answers", () => {
  test("addresses of the name alone", () => {
    const records = [
      ...record(NAME, 1, [192, 0, 2, 1]),
      ...record([1, 98, 0], 1, [192, 0, 2, 2]),
      ...record(NAME, 28, new Array(16).fill(0)),
      ...record(NAME, 1, [1, 2]),
    ];
    expect(answerTo(asked, answer(4, records))).toEqual({
      truncated: false,
      addresses: ["192.0.2.1"],
      alias: undefined,
    });
  });

  test("an alias, followed where its addresses are there", () => {
    const alias = record(NAME, 5, [1, 66, 0xc0, 14]);
    expect(answerTo(asked, answer(1, alias))).toMatchObject({ addresses: [], alias: ["b", "test"] });
    const followed = [...alias, ...record([1, 98, 4, 84, 101, 115, 116, 0], 1, [192, 0, 2, 3])];
    expect(answerTo(asked, answer(2, followed))).toMatchObject({ addresses: ["192.0.2.3"] });
  });

  test("more announced than came", () => {
    expect(answerTo(asked, answer(0xffff, record(NAME, 1, [192, 0, 2, 1])))?.addresses).toHaveLength(1);
  });

  test.each([
    ["a pointer to itself", record([0xc0, asked.length], 1, [1, 2, 3, 4])],
    ["a pointer forward", record([0xc0, asked.length + 1, 0xc0, asked.length], 1, [1, 2, 3, 4])],
    ["a label beyond the end", [63, 97]],
    ["a label of no known kind", [0x80, 1]],
    ["a record beyond the end", [...NAME, 0, 1, 0, 1, 0, 0, 0, 0, 0xff, 0xff]],
    ["a name without an end", new Array(400).fill([1, 97]).flat()],
  ])("%s", (_what, records) => {
    expect(() => answerTo(asked, answer(1, records))).toThrow("unexpected end of input reached");
  });

  test("of another question, or a question", () => {
    expect(answerTo(asked, new Uint8Array(11))).toBeUndefined();
    expect(answerTo(question(0x1234, ["b", "test"], "A"), answer(0, []))).toBeUndefined();
    expect(answerTo(question(0x1234, ["a", "test"], "AAAA"), answer(0, []))).toBeUndefined();
    expect(answerTo(question(0x4321, ["a", "test"], "A"), answer(0, []))).toBeUndefined();
    expect(answerTo(asked, answer(0, [], 0x0100))).toBeUndefined();
  });
});
