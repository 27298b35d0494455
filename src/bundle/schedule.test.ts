import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BundleError, type BundleErrorCode } from "./errors.ts";
import { firstPollMs, isAlarm, nextPollMs, POLL } from "./schedule.ts";

const failed = (code: BundleErrorCode, retryAfterMs?: number) => new BundleError(code, "", { retryAfterMs });
const [LEAST, MOST] = [240_000, 360_000];
const DAY_MS = 86_400_000;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("the first poll is within a minute of the start", () => {
  expect([0, 0.5, 1].map((value) => firstPollMs(POLL, () => value))).toEqual([0, 30_000, 60_000]);
});

test("the next one is after five minutes, give or take a fifth", () => {
  expect([0, 0.5, 1].map((value) => nextPollMs(undefined, 0, POLL, () => value))).toEqual([
    LEAST,
    300_000,
    MOST,
  ]);
});

test("after failures the wait is anything up to a bound that doubles, to an hour", () => {
  const bounds = [1, 2, 3, 10, 11, 1000].map((failures) =>
    nextPollMs(failed("unreachable"), failures, POLL, () => 1),
  );
  expect(bounds).toEqual([5000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000]);
  expect(nextPollMs(failed("timeout"), 5, POLL, () => 0)).toBe(0);
});

test("a server that says when is not asked earlier", () => {
  expect(nextPollMs(failed("http_status", 120_000), 9, POLL, () => 0)).toBe(120_000);
  expect(nextPollMs(failed("http_status", 120_000), 9, POLL, () => 1)).toBe(144_000);
});

describe.each<BundleErrorCode>(["bad_signature", "rollback", "expired", "mismatch", "metadata_invalid"])(
  "%s",
  (code) => {
    test("is an alarm, and no reason to ask more often", () => {
      expect(isAlarm(failed(code))).toBe(true);
      expect(nextPollMs(failed(code), 1, POLL, () => 0)).toBe(LEAST);
      expect(nextPollMs(failed(code), 50, POLL, () => 1)).toBe(MOST);
    });
  },
);

test.each<BundleErrorCode>([
  "unreachable",
  "captive_portal",
  "missing",
  "state_unavailable",
  "target_unknown",
])("%s is no alarm", (code) => {
  expect(isAlarm(failed(code))).toBe(false);
});

test("whatever goes wrong, it is asked again within a day and a fifth", () => {
  const codes = fc.constantFrom<BundleErrorCode>("unreachable", "rollback", "http_status");
  const retryAfter = fc.option(fc.nat(DAY_MS), { nil: undefined });
  fc.assert(
    fc.property(codes, retryAfter, fc.nat(), random, (code, wait, failures, value) => {
      const ms = nextPollMs(failed(code, wait), failures, POLL, () => value);
      return ms >= 0 && ms <= 1.2 * DAY_MS;
    }),
  );
});
