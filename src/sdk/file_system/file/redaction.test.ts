import { expect, test } from "bun:test";
import { parseDictionary, patternOf } from "./redaction.ts";

test.each([
  ["file %s: %m", "file (\\S+): .*?"],
  ["%d of %-08.3lld, %zu", "(-?\\d+) of (-?\\d+), (\\d+)"],
  ["no conversion", "no conversion"],
  ["ends in %", "ends in "],
])("%p: %p", (format, pattern) => {
  expect(patternOf(format)).toBe(pattern);
});

test.each(["%f", "%x", "100%% sure", "%p and %s"])("unknown: %p", (format) => {
  expect(patternOf(format)).toBeUndefined();
});

test("comments, blanks and what is no pattern are left out", () => {
  const patterns = parseDictionary("# user %s\n\n  retry %u  \r\nopen (\n%f\n");
  expect(patterns.map((pattern) => pattern.isMatch("will retry 3 times"))).toEqual([true]);
});
