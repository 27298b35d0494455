import { HostObject } from "rhai-wasm";
import { SdkError } from "../errors.ts";

/** Parts of a point in time in UTC, as a script gives them: nothing says that there is such a day. */
export interface DateTimeFields {
  readonly year: bigint;
  /** From 1. */
  readonly month: bigint;
  readonly day: bigint;
  readonly hour: bigint;
  readonly minute: bigint;
  readonly second: bigint;
  readonly nanosecond: bigint;
}

const MAX_YEAR = 9999;
const MIN_SECONDS = -377_705_116_800n;
const MAX_SECONDS = 253_402_300_799n;
const MS_PER_SECOND = 1000;

/** Bounds of the parts in the order in which the reference finds them wrong. */
const BOUNDS: readonly (readonly [name: keyof DateTimeFields, first: bigint, last: bigint])[] = [
  ["month", 1n, 12n],
  ["year", BigInt(-MAX_YEAR), BigInt(MAX_YEAR)],
  ["day", 1n, 31n],
  ["hour", 0n, 23n],
  ["minute", 0n, 59n],
  ["second", 0n, 59n],
  ["nanosecond", 0n, 999_999_999n],
];

const outOfRange = (component: string) =>
  new SdkError(
    "CommonUtilsErrorKind",
    "InvalidArguments",
    `Invalid arguments: Invalid time component: ${component} was not in range`,
  );

/** A point in time in UTC. One that is in no calendar can be made, and fails when it is used. */
export class DateTime extends HostObject {
  constructor(readonly fields: DateTimeFields) {
    super();
  }

  /** @throws {SdkError} outside the years -9999 to 9999 */
  static fromEpoch(seconds: bigint, nanos = 0): DateTime {
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) throw outOfRange("timestamp");
    const date = new Date(Number(seconds) * MS_PER_SECOND);
    return new DateTime({
      year: BigInt(date.getUTCFullYear()),
      month: BigInt(date.getUTCMonth() + 1),
      day: BigInt(date.getUTCDate()),
      hour: BigInt(date.getUTCHours()),
      minute: BigInt(date.getUTCMinutes()),
      second: BigInt(date.getUTCSeconds()),
      nanosecond: BigInt(nanos),
    });
  }

  /** Seconds since 1970. @throws {SdkError} when no calendar has this point in time */
  get seconds(): bigint {
    return BigInt(this.date().getTime() / MS_PER_SECOND);
  }

  /** Nanoseconds within the second. */
  get nanos(): number {
    return Number(this.fields.nanosecond);
  }

  /** Whole seconds of it as the platform's type. @throws {SdkError} when no calendar has this point in time */
  date(): Date {
    const wrong = componentOutOfRange(this.fields);
    if (wrong !== undefined) throw outOfRange(wrong);
    const date = midnight(this.fields);
    const { hour, minute, second } = this.fields;
    date.setUTCHours(Number(hour), Number(minute), Number(second));
    return date;
  }
}

/** The first component for which no calendar has this point in time. */
export function componentOutOfRange(fields: DateTimeFields): keyof DateTimeFields | undefined {
  for (const [name, first, last] of BOUNDS) {
    if (fields[name] < first || fields[name] > last) return name;
    if (name === "day" && Number(fields.day) !== midnight(fields).getUTCDate()) return name;
  }
  return undefined;
}

/** The start of the day. `Date.UTC` would take the years 0 to 99 for 1900 to 1999. */
function midnight({ year, month, day }: DateTimeFields): Date {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date;
}

/** Type of {@link DateTime} for signatures and the manifest. */
export const DATE_TIME = {
  name: "DateTime",
  typeOf: "rust_sdk_common_utils::types::datetime::DateTime",
  class: DateTime,
  example: { variable: "time", expression: "DateTime(2024, 2, 29, 12, 30, 0, 0)" },
} as const;
