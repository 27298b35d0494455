import { expect, test } from "bun:test";
import fc from "fast-check";
import { backoffMs, retryAfterMs } from "./retry.ts";

const BACKOFF = { firstMs: 100, mostMs: 600_000 };
const DAY_MS = 86_400_000;

test("the bound of a wait doubles up to the longest", () => {
  const bounds = [1, 2, 3, 4, 30].map((failures) => backoffMs(failures, BACKOFF, () => 1));
  expect(bounds).toEqual([100, 200, 400, 800, 600_000]);
  expect(backoffMs(5, BACKOFF, () => 0)).toBe(0);
  expect(backoffMs(5000, BACKOFF, () => 1)).toBe(600_000);
});

test.each([
  ["120", undefined, 120_000],
  ["0", undefined, 0],
  ["999999999", undefined, DAY_MS],
  ["Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30_000],
  ["Wed, 21 Oct 2026 07:28:30 GMT", "no date", 10_000],
  ["Wed, 21 Oct 2020 07:28:00 GMT", undefined, 0],
  ["Wed, 21 Oct 2099 07:28:00 GMT", undefined, DAY_MS],
  ["soon", undefined, undefined],
  ["-1", undefined, undefined],
  [undefined, undefined, undefined],
])("Retry-After: %s", (retryAfter, date, expected) => {
  const now = Date.parse("2026-10-21T07:28:20Z");
  expect(retryAfterMs(retryAfter, date, now)).toBe(expected);
});

test("whatever a server says, nobody waits longer than a day", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (retryAfter, date) => {
      const ms = retryAfterMs(retryAfter, date);
      return ms === undefined || (ms >= 0 && ms <= DAY_MS);
    }),
  );
});
