import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { messageOf } from "../../testing.ts";
import { built, perform } from "./testing.ts";

const replace = (text: string, old: string, replacement: string, options = {}) =>
  perform("replace_text", text, old, replacement, built("ReplacementOptions", options));

describe("replace_text", () => {
  test.each([
    ["a-a", "a", "$1", {}, "$1-a"],
    ["a-a", "a", "b", { replace_all: true }, "b-b"],
    ["abc", "x", "y", { replace_all: true }, "abc"],
    ["a😀", "", ".", { replace_all: true }, ".a.😀."],
    ["k=v", "(\\w)=(\\w)", "$2=$1", { is_regex: true }, "v=k"],
    ["a1b22", "\\d+", "#", { is_regex: true, replace_all: true }, "a#b#"],
  ])("%p: %p by %p", (text, old, replacement, options, expected) => {
    expect(replace(text, old, replacement, options)).toBe(expected);
  });

  test("all of a text, as by cutting and joining", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1, maxLength: 2 }), fc.string(), (text, old, by) => {
        expect(replace(text, old, by, { replace_all: true })).toBe(text.split(old).join(by));
      }),
    );
  });

  test("more than a string may hold, and a wrong regex", () => {
    expect(messageOf(() => replace("a".repeat(10_000), "a", "b".repeat(10_000), { replace_all: true }))).toBe(
      "limit stringBytes exceeded: at most 67108864",
    );
    expect(messageOf(() => replace("a", "[", "", { is_regex: true }))).toContain(
      "Invalid regex pattern: '['",
    );
  });
});
