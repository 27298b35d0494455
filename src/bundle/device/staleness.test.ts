import { describe, expect, test } from "bun:test";
import { ageOf, freshnessOf, type StalePolicy } from "./staleness.ts";

const DAY = 86_400;
const MS = 1000;
const issuedMs = Date.UTC(2026, 0, 1);

describe("the age of the last word", () => {
  const heard = { issuedMs, heardMs: 5000 };

  test("is that of its signature", () => {
    const systemMs = issuedMs + 3 * DAY * MS;
    expect(ageOf(heard, { systemMs, monotonicMs: 6000 })).toBe(3 * DAY);
  });

  test("is at least the time that was waited, whatever the system's clock says", () => {
    for (const systemMs of [0, issuedMs, issuedMs - DAY * MS]) {
      expect(ageOf(heard, { systemMs, monotonicMs: 5000 + 2 * DAY * MS })).toBe(2 * DAY);
    }
  });

  test("is never below zero", () => {
    expect(ageOf(heard, { systemMs: 0, monotonicMs: 5000 })).toBe(0);
  });

  test("of a clock that is far ahead is great", () => {
    expect(ageOf(heard, { systemMs: Date.UTC(2040, 0, 1), monotonicMs: 5000 })).toBeGreaterThan(5000 * DAY);
  });
});

test("what is as old as a bound is not beyond it", () => {
  const policy: StalePolicy = { warn_s: 2 * DAY, after_s: 30 * DAY, action: "deny" };
  expect([0, 2 * DAY, 2 * DAY + 1, 30 * DAY, 30 * DAY + 1].map((age) => freshnessOf(age, policy))).toEqual([
    "fresh",
    "fresh",
    "warn",
    "warn",
    "stale",
  ]);
});
