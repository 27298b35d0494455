import { expect, test } from "bun:test";
import { expectUnambiguous } from "./json-text.ts";

const DEPTH = 264;
const why = (text: string): string => {
  try {
    expectUnambiguous(text, DEPTH);
    return "";
  } catch (error) {
    return String(error);
  }
};

test.each([
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
  '{"a":"a","b":"\\"a\\",\\"a\\":"}',
  '{"a":"{\\"x\\":1,\\"x\\":2}"}',
  '{"a":["a","a"],"\\\\":1,"\\\\\\\\":2}',
  '{"a":"\\ud83d\\ude00"}',
  "[1,2]",
  '"text"',
])("%s means one thing", (text) => {
  expect(why(text)).toBe("");
});

test.each([
  ['{"a":1,"a":2}', "occurs twice"],
  ['{"a":1,"\\u0061":2}', "occurs twice"],
  ['{"x":[{"b":1,"c":[],"b":2}]}', "occurs twice"],
  ['{"__proto__":1,"__proto__":2}', "occurs twice"],
  ['{"a":"\\ud800"}', "surrogate"],
  ['{"\\udc00":1}', "surrogate"],
  ['{"a":["\\ud83d \\ude00"]}', "surrogate"],
  ['{"a":"\\u12"}', "not JSON"],
])("%s is refused", (text, reason) => {
  expect(why(text)).toContain(reason);
});

test("a text that is nested too deep is refused, to its depth", () => {
  expect(why("[".repeat(100_000))).toContain("deeper");
  expect(why(`${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`)).toContain("deeper");
  expect(why("[".repeat(200))).toBe("");
});
