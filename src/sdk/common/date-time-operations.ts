import type { Value } from "rhai-wasm";
import { parameterOutOfRange } from "../conversion.ts";
import { SdkError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";
import { type Operation, operation } from "../operation.ts";
import { enumeration, integer, object, text } from "../parameters.ts";
import { currentSecond, currentTime } from "./clock.ts";
import { DATE_TIME, DateTime, type DateTimeFields } from "./date-time.ts";
import { DATE_TIME_FORMAT, formatConstants, formatDateTime, formatOf } from "./format.ts";
import { MONTHS, shortName } from "./month.ts";
import { parseDateTime } from "./parse.ts";

const common = { source: "CommonUtilsErrorKind", checks: [] } as const;
const self = object(DATE_TIME);
const other = object(DATE_TIME, "other");
const returnsTime = { ...common, returns: DATE_TIME.name } as const;
const MAX_NANOS = 999_999_999n;

/** Of what fails where no calendar has the time. */
const CALENDAR = ["InvalidArguments"] as const;

const invalid = (message: string) =>
  new SdkError("CommonUtilsErrorKind", "InvalidArguments", `Invalid arguments: ${message}`);

/** The fields that the reference keeps without a sign. */
const UNSIGNED = ["month", "day", "hour", "minute", "second"] as const;

const makers: readonly Operation[] = [
  operation({
    ...returnsTime,
    name: "DateTime",
    source: "text",
    parameters: [
      integer("year"),
      integer("month"),
      integer("day"),
      integer("hour"),
      integer("minute"),
      integer("second"),
      integer("nanosecond"),
    ],
    summary: "Makes a time in UTC of its parts; parts that are in no calendar fail when the time is used.",
    errors: ["a part but the year or the nanosecond that is negative"],
    example: "DateTime(2024, 2, 29, 12, 30, 0, 0)",
    perform: (_call, year, month, day, hour, minute, second, nanosecond) => {
      const fields = { year, month, day, hour, minute, second, nanosecond };
      const negative = UNSIGNED.find((name) => fields[name] < 0n);
      if (negative) throw parameterOutOfRange(negative);
      return new DateTime(fields);
    },
  }),
  operation({
    ...returnsTime,
    name: "from_epoch_seconds",
    parameters: [integer("seconds")],
    summary: "Makes the time that is so many seconds after the start of 1970 in UTC.",
    errors: CALENDAR,
    example: "from_epoch_seconds(1709209800)",
    perform: (_call, seconds) => DateTime.fromEpoch(seconds),
  }),
  operation({
    ...returnsTime,
    name: "from_epoch_nanos",
    parameters: [integer("seconds"), integer("nanos")],
    summary: "Makes the time of the epoch seconds and the nanoseconds within that second.",
    errors: CALENDAR,
    example: "from_epoch_nanos(1709209800, 500000000)",
    perform: (_call, seconds, nanos) => {
      if (nanos < 0n || nanos > MAX_NANOS) {
        throw invalid(`Invalid nanos portion: ${nanos}. Must be 0-999,999,999`);
      }
      return DateTime.fromEpoch(seconds, Number(nanos));
    },
  }),
  operation({
    ...returnsTime,
    name: "now",
    parameters: [],
    summary: "Returns the current time in UTC, in whole seconds.",
    example: "now()",
    perform: currentSecond,
  }),
  operation({
    ...returnsTime,
    name: "now_nanos",
    parameters: [],
    summary: "Returns the current time in UTC with its nanoseconds.",
    example: "now_nanos()",
    perform: currentTime,
  }),
  operation({
    ...returnsTime,
    name: "parse_datetime",
    parameters: [text("text"), enumeration(DATE_TIME_FORMAT, "format")],
    summary: "Reads a time and takes it to UTC by its offset.",
    errors: ["ParseError", ...CALENDAR],
    example: 'parse_datetime("2024-02-29T12:30:00+01:00", DateTimeFormat::RFC3339)',
    perform: (_call, written, format) => parseDateTime(written, formatOf(format)),
  }),
];

const method = (
  name: string,
  returns: string,
  summary: string,
  perform: (time: DateTime) => Value,
  errors: typeof CALENDAR | readonly [] = [],
): Operation =>
  operation({
    ...common,
    name,
    returns,
    summary,
    errors,
    example: `time.${name}()`,
    parameters: [self],
    perform: (_call, time) => perform(time),
  });

const monthOf = ({ fields: { month } }: DateTime): string => {
  const name = month > 0n ? MONTHS[Number(month) - 1] : undefined;
  if (name === undefined) throw invalid(`Invalid month: ${month}. Must be 1-12`);
  return name;
};

const methods: readonly Operation[] = [
  method(
    "epoch_seconds",
    "i64",
    "Returns the seconds since the start of 1970 in UTC.",
    (time) => time.seconds,
    CALENDAR,
  ),
  method("nanos", "i64", "Returns the nanoseconds within the second.", (time) => time.fields.nanosecond),
  method("month_str", "String", "Returns the name of the month.", monthOf, CALENDAR),
  method(
    "month_str_short",
    "String",
    "Returns the first three letters of the month.",
    (time) => shortName(monthOf(time)),
    CALENDAR,
  ),
  operation({
    ...common,
    name: "to_string",
    parameters: [self, enumeration(DATE_TIME_FORMAT, "format")],
    returns: "String",
    summary: "Writes the time in UTC.",
    errors: [...CALENDAR, "FormatError"],
    example: "time.to_string(DateTimeFormat::RFC3339)",
    perform: (_call, time, format) => formatDateTime(time, formatOf(format)),
  }),
];

const FIELDS: readonly (keyof DateTimeFields)[] = ["year", ...UNSIGNED, "nanosecond"];
const getters = FIELDS.map((name) =>
  operation({
    ...common,
    kind: "getter",
    name,
    parameters: [self],
    returns: "i64",
    summary: `The ${name} of the time, in UTC.`,
    example: `time.${name}`,
    perform: (_call, time) => time.fields[name],
  }),
);

const shift = (name: "+" | "-", by: (epoch: bigint, seconds: bigint) => bigint): Operation =>
  operation({
    ...returnsTime,
    kind: "operator",
    name,
    parameters: [self, integer("seconds")],
    summary: `Returns the time so many seconds ${name === "+" ? "later" : "earlier"}, without its nanoseconds.`,
    errors: CALENDAR,
    example: `time ${name} 3600`,
    perform: (_call, time, seconds) => DateTime.fromEpoch(by(time.seconds, seconds)),
  });

/** By operator, what the order of two times has to be: below, at or above 0. */
const COMPARISONS: { readonly [name: string]: (order: number) => boolean } = {
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function orderOf(a: DateTime, b: DateTime): number {
  const seconds = Number(a.seconds - b.seconds);
  return seconds === 0 ? a.nanos - b.nanos : seconds;
}

const operators: readonly Operation[] = [
  shift("+", (epoch, seconds) => epoch + seconds),
  shift("-", (epoch, seconds) => epoch - seconds),
  operation({
    ...common,
    kind: "operator",
    name: "-",
    parameters: [self, other],
    returns: "i64",
    summary: "Returns the whole seconds between two times.",
    errors: CALENDAR,
    example: "now() - time",
    perform: (_call, a, b) => a.seconds - b.seconds,
  }),
  ...Object.entries(COMPARISONS).map(([name, holds]) =>
    operation({
      ...common,
      kind: "operator",
      name,
      parameters: [self, other],
      returns: "bool",
      summary: "Compares two times to the nanosecond.",
      errors: CALENDAR,
      example: `time ${name} now()`,
      perform: (_call, a, b) => holds(orderOf(a, b)),
    }),
  ),
];

/** Times of scripts, which read no more of the host than its clock. */
export const dateTimeNamespace: Namespace = {
  types: [DATE_TIME, DATE_TIME_FORMAT],
  constants: formatConstants,
  operations: [...makers, ...methods, ...getters, ...operators],
};
