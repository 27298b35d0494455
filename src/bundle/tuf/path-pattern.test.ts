import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { matchesPath } from "./path-pattern.ts";

describe("paths that a pattern stands for", () => {
  test.each([
    ["targets/*.tgz", "targets/foo.tgz"],
    ["targets/*.tgz", "targets/.tgz"],
    ["foo-version-?.tgz", "foo-version-2.tgz"],
    ["*", "anything"],
    ["*", "ä🂡"],
    ["?", "🂡"],
    ["*a*b*", "xxaxxbxx"],
    ["*aab", "aaaaab"],
    ["**", "a"],
    ["releases/*/*", "releases/x/x_v1"],
    ["foo.tgz", "foo.tgz"],
    ["a[b]{c,d}!(e)\\", "a[b]{c,d}!(e)\\"],
  ])("%s: %s", (pattern, path) => {
    expect(matchesPath(pattern, path)).toBe(true);
  });

  test.each([
    ["targets/*.tgz", "targets/foo.txt"],
    ["foo-version-?.tgz", "foo-version-alpha.tgz"],
    ["foo-?.tgz", "foo-.tgz"],
    ["*.tgz", "targets/foo.tgz"],
    ["**", "a/b"],
    ["a/**", "a/b/c"],
    ["*", "/a"],
    ["a?b", "a/b"],
    ["a", "A"],
    ["a*b", "abc"],
    ["a", "a/"],
    ["[ab]", "a"],
    ["{a,b}", "a"],
    ["", "a"],
  ])("%s: not %s", (pattern, path) => {
    expect(matchesPath(pattern, path)).toBe(false);
  });
});

test("what a regular expression says of it, where that is no danger", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "/"), maxLength: 8 });
  const path = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, path, (one, other) => {
      const source = one.replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
      return matchesPath(one, other) === new RegExp(`^${source}$`).test(other);
    }),
    { numRuns: 2000 },
  );
});

test("a pattern that makes others work for ever is soon done", () => {
  // By backtracking this takes more steps than there are atoms.
  expect(matchesPath("*a".repeat(500), "a".repeat(499))).toBe(false);
  expect(matchesPath("*a".repeat(500), "a".repeat(500))).toBe(true);
});
