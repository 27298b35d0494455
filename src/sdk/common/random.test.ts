import { expect, test } from "bun:test";
import { LIMITS } from "../../platform/limits.ts";
import { ERROR_KINDS } from "../errors.ts";
import { commonNamespaces } from "./index.ts";
import { call, failure } from "./testing.ts";

const lengthOf = (length: bigint) => String(call("random_alphanumeric", length)).length;

test("random text has the length that was asked for, 16 for a negative one", () => {
  expect([0n, 1n, 5n, 100_000n, -1n, -(2n ** 63n)].map(lengthOf)).toEqual([0, 1, 5, 100_000, 16, 16]);
});

test("random text has letters and digits only, each about as often", () => {
  const text = String(call("random_alphanumeric", 620_000n));
  expect(text).toMatch(/^[A-Za-z0-9]+$/);
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // Ten standard deviations about the expected 10 000.
  expect(Math.min(...counts.values())).toBeGreaterThan(9000);
  expect(Math.max(...counts.values())).toBeLessThan(11_000);
  expect(call("random_alphanumeric", 16n)).not.toBe(call("random_alphanumeric", 16n));
});

test("random text is no longer than a string may be", () => {
  for (const length of [BigInt(LIMITS.stringBytes) + 1n, 2n ** 63n - 1n]) {
    expect(failure("random_alphanumeric", length)).toBe(
      `InvalidArguments|Invalid arguments: limit stringBytes exceeded: at most ${LIMITS.stringBytes}`,
    );
  }
});

test("the error kinds are constants of their module", () => {
  const names = commonNamespaces
    .flatMap(({ constants }) => constants)
    .filter(({ module }) => module === "CommonUtilsErrorKind")
    .map(({ name }) => name);
  expect(names).toEqual([...ERROR_KINDS.CommonUtilsErrorKind]);
});
