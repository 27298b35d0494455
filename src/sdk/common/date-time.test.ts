import { describe, expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { at, call, failure, RFC2822, RFC3339, time } from "./testing.ts";

const fields = (value: Value) => Object.values(time(value).fields).map(Number);
const component = (name: string) =>
  `InvalidArguments|Invalid arguments: Invalid time component: ${name} was not in range`;

describe("epoch", () => {
  test("seconds become fields and come back", () => {
    const cases: readonly (readonly [bigint, readonly number[]])[] = [
      [0n, [1970, 1, 1, 0, 0, 0, 0]],
      [-1n, [1969, 12, 31, 23, 59, 59, 0]],
      [951_782_400n, [2000, 2, 29, 0, 0, 0, 0]],
      [1_709_251_198n, [2024, 2, 29, 23, 59, 58, 0]],
      [-62_135_596_800n, [1, 1, 1, 0, 0, 0, 0]],
      [253_402_300_799n, [9999, 12, 31, 23, 59, 59, 0]],
      [-377_705_116_800n, [-9999, 1, 1, 0, 0, 0, 0]],
    ];
    for (const [seconds, expected] of cases) {
      const made = call("from_epoch_seconds", seconds);
      expect(fields(made)).toEqual([...expected]);
      expect(call("epoch_seconds", made)).toBe(seconds);
    }
  });

  test("seconds outside the calendar are refused", () => {
    for (const seconds of [253_402_300_800n, -377_705_116_801n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      expect(failure("from_epoch_seconds", seconds)).toBe(component("timestamp"));
      expect(failure("from_epoch_nanos", seconds, 0n)).toBe(component("timestamp"));
    }
  });

  test("nanoseconds are kept, and have to be less than a second", () => {
    expect(fields(call("from_epoch_nanos", -1n, 999_999_999n))).toEqual([
      1969, 12, 31, 23, 59, 59, 999_999_999,
    ]);
    expect(call("nanos", call("from_epoch_nanos", 1n, 500_000_000n))).toBe(500_000_000n);
    for (const nanos of [-1n, 1_000_000_000n]) {
      expect(failure("from_epoch_nanos", 1n, nanos)).toBe(
        `InvalidArguments|Invalid arguments: Invalid nanos portion: ${nanos}. Must be 0-999,999,999`,
      );
    }
  });
});

describe("parts", () => {
  test("no sign is taken where there is none in a calendar", () => {
    const parts = [2024n, -1n, 1n, 0n, 0n, -5n, 0n];
    expect(failure("DateTime", ...parts)).toBe(
      "Parameter 'month' conversion failed: out of range integral type conversion attempted",
    );
  });

  test("what is in no calendar is made, read, and fails when it is used", () => {
    expect(call("month", at(2024, 14))).toBe(14n);
    const cases: readonly (readonly [readonly number[], string])[] = [
      [[2024, 0, 1], "month"],
      [[2024, 13, 1], "month"],
      [[2024, 257, 1], "month"],
      [[10_000, 1, 1], "year"],
      [[2024, 1, 0], "day"],
      [[2023, 2, 29], "day"],
      [[2024, 4, 31, 99], "day"],
      [[2024, 1, 1, 24], "hour"],
      [[2024, 1, 1, 0, 60], "minute"],
      [[2024, 1, 1, 0, 0, 60], "second"],
      [[2024, 1, 1, 0, 0, 0, -1], "nanosecond"],
      [[2024, 1, 1, 0, 0, 0, 1_000_000_000], "nanosecond"],
    ];
    for (const [parts, wrong] of cases) {
      expect(failure("epoch_seconds", at(...parts))).toBe(component(wrong));
      expect(failure("to_string", at(...parts), RFC3339)).toBe(component(wrong));
      expect(failure("+", at(...parts), 1n)).toBe(component(wrong));
      expect(failure("==", at(...parts), at(2024, 1, 1))).toBe(component(wrong));
    }
  });

  test("months have names", () => {
    expect(call("month_str", at(2025, 8, 1))).toBe("August");
    expect(call("month_str_short", at(2025, 8, 1))).toBe("Aug");
    for (const month of [0, 13]) {
      const message = `InvalidArguments|Invalid arguments: Invalid month: ${month}. Must be 1-12`;
      expect(failure("month_str", at(2025, month))).toBe(message);
      expect(failure("month_str_short", at(2025, month))).toBe(message);
    }
  });
});

describe("arithmetic", () => {
  test("keeps the calendar and drops the nanoseconds", () => {
    expect(fields(call("+", at(2024, 2, 28, 23, 59, 59, 7), 1n))).toEqual([2024, 2, 29, 0, 0, 0, 0]);
    expect(fields(call("-", at(2024, 3, 1), 86_400n))).toEqual([2024, 2, 29, 0, 0, 0, 0]);
    expect(call("-", at(2024, 3, 1), at(2024, 2, 1))).toBe(2_505_600n);
    expect(call("-", at(2024, 1, 1), at(2024, 1, 2))).toBe(-86_400n);
  });

  test("does not leave the calendar", () => {
    expect(failure("+", at(9999, 12, 31, 23, 59, 59), 1n)).toBe(component("timestamp"));
    expect(failure("-", at(2024, 1, 1), -(2n ** 63n))).toBe(component("timestamp"));
  });

  test("six comparisons agree, to the nanosecond", () => {
    const early = at(2024, 5, 6, 7, 8, 9, 1);
    const holds = (a: Value, b: Value) =>
      ["==", "!=", "<", "<=", ">", ">="].filter((name) => call(name, a, b));
    for (const late of [at(2024, 5, 6, 7, 8, 9, 2), at(2024, 5, 6, 7, 8, 10), at(9999, 1, 1)]) {
      expect(holds(early, late)).toEqual(["!=", "<", "<="]);
      expect(holds(late, early)).toEqual(["!=", ">", ">="]);
    }
    expect(holds(early, at(2024, 5, 6, 7, 8, 9, 1))).toEqual(["==", "<=", ">="]);
  });
});

describe("the current time", () => {
  test("has no nanoseconds with now(), and does not run backwards", () => {
    const before = BigInt(Math.floor(Date.now() / 1000));
    let last = time(call("now"));
    expect(last.nanos).toBe(0);
    expect(last.seconds).toBeGreaterThanOrEqual(before);
    for (let count = 0; count < 1000; count++) {
      const next = time(call("now_nanos"));
      expect(call("<=", last, next)).toBe(true);
      last = next;
    }
    expect(last.seconds - before).toBeLessThan(30n);
  });
});

describe("text of a time", () => {
  test("in both formats", () => {
    const written = at(2025, 10, 21, 14, 30, 0, 250_000_000);
    expect(call("to_string", written, RFC3339)).toBe("2025-10-21T14:30:00.25Z");
    expect(call("to_string", written, RFC2822)).toBe("Tue, 21 Oct 2025 14:30:00 +0000");
    expect(call("to_string", at(5, 1, 2), RFC3339)).toBe("0005-01-02T00:00:00Z");
    expect(call("to_string", at(2025, 1, 2, 3, 4, 5, 1), RFC3339)).toBe("2025-01-02T03:04:05.000000001Z");
  });

  test("years that a format has no room for are refused", () => {
    const message = (format: string) =>
      `FormatError|Format Error: Failed to format datetime as ${format}: The year component cannot be formatted into the requested format.`;
    expect(failure("to_string", at(-1, 1, 1), RFC3339)).toBe(message("RFC3339"));
    expect(failure("to_string", at(1899, 12, 31), RFC2822)).toBe(message("RFC2822"));
    expect(call("to_string", at(1900, 1, 1), RFC2822)).toBe("Mon, 01 Jan 1900 00:00:00 +0000");
  });
});
