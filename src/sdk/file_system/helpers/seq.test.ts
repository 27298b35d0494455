import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Value } from "rhai-wasm";
import { caller, messageOf, testRun } from "../../testing.ts";
import { seqNamespace } from "./seq.ts";

const call = caller([seqNamespace]);
/** `seq` makes no check: it works under a policy that denies everything. */
const seq = (start: bigint, end: bigint, ...steps: bigint[]): Value => {
  const run = testRun(() => false);
  if (steps.length === 0) return call(run, "seq", start, end);
  return call(
    run,
    "seq",
    steps.map((step) => call(run, "step", step)),
    start,
    end,
  );
};

test("counts up and down, both ends included", () => {
  expect(seq(1n, 5n)).toEqual([1n, 2n, 3n, 4n, 5n]);
  expect(seq(7n, 7n)).toEqual([7n]);
  expect(seq(5n, 1n)).toEqual([]);
  expect(seq(1n, 10n, 4n)).toEqual([1n, 5n, 9n]);
  expect(seq(9n, 2n, -2n)).toEqual([9n, 7n, 5n, 3n]);
  expect(seq(1n, 5n, -1n)).toEqual([]);
  expect(seq(0n, 10n, 2n, 5n)).toEqual([0n, 2n, 4n, 6n, 8n, 10n]);
});

test("refuses a step of zero, even where one number is enough", () => {
  expect(messageOf(() => seq(3n, 3n, 0n))).toBe("Invalid arguments: seq: step cannot be zero");
});

test("ends at the last integer and never makes more than a million numbers", () => {
  const last = 2n ** 63n - 1n;
  expect(seq(last - 1n, last)).toEqual([last - 1n, last]);
  expect(seq(-last, last, last)).toEqual([-last, 0n, last]);
  expect(seq(1n, 1_000_000n)).toHaveLength(1_000_000);
  expect(messageOf(() => seq(1n, 1_000_001n))).toContain("limit arrayItems exceeded: at most 1000000");
  expect(messageOf(() => seq(-last, last))).toContain("arrayItems");
});

test("agrees with counting by hand", () => {
  const small = fc.bigInt({ min: -50n, max: 50n });
  fc.assert(
    fc.property(
      small,
      small,
      fc.bigInt({ min: -7n, max: 7n }).filter((step) => step !== 0n),
      (a, b, step) => {
        const expected: bigint[] = [];
        for (let at = a; step > 0n ? at <= b : at >= b; at += step) expected.push(at);
        expect(seq(a, b, step)).toEqual(expected);
      },
    ),
  );
});
