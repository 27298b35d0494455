import { type ConstantDefinition, EnumValue } from "rhai-wasm";
import { SdkError } from "../errors.ts";
import type { DateTime } from "./date-time.ts";
import { MONTHS, shortName, WEEKDAYS } from "./month.ts";

const FORMATS = ["RFC3339", "RFC2822"] as const;
export type FormatName = (typeof FORMATS)[number];

/** The formats that scripts name, `DateTimeFormat::RFC3339`. */
export const DATE_TIME_FORMAT = {
  name: "DateTimeFormat",
  typeOf: "rust_sdk_common_utils::types::datetime::DateTimeFormat",
  values: FORMATS,
  compares: false,
  shows: "type",
} as const;

export const formatConstants: readonly ConstantDefinition[] = FORMATS.map((name, ordinal) => ({
  module: DATE_TIME_FORMAT.name,
  name,
  value: new EnumValue(DATE_TIME_FORMAT.name, ordinal, name),
}));

/** Years that a format can write, all of four digits. */
const YEARS: { readonly [F in FormatName]: readonly [first: number, last: number] } = {
  RFC3339: [0, 9999],
  RFC2822: [1900, 9999],
};

const pad = (value: number, width = 2) => String(value).padStart(width, "0");

/** The format that a script's constant stands for. */
export const formatOf = ({ ordinal }: EnumValue): FormatName => FORMATS[ordinal] ?? FORMATS[0];

/** The text of `time`, always in UTC. */
export function formatDateTime(time: DateTime, format: FormatName): string {
  const date = time.date();
  const [first, last] = YEARS[format];
  const year = date.getUTCFullYear();
  if (year < first || year > last) {
    throw new SdkError(
      "CommonUtilsErrorKind",
      "FormatError",
      `Format Error: Failed to format datetime as ${format}: The year component cannot be formatted into the requested format.`,
    );
  }
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => pad(part));
  return format === "RFC3339" ? rfc3339(date, clock.join(":"), time.nanos) : rfc2822(date, clock.join(":"));
}

function rfc3339(date: Date, clock: string, nanos: number): string {
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  const fraction = nanos === 0 ? "" : `.${withoutEndingZeros(pad(nanos, 9))}`;
  return `${day}T${clock}${fraction}Z`;
}

function rfc2822(date: Date, clock: string): string {
  const month = shortName(MONTHS[date.getUTCMonth()] ?? "");
  return `${WEEKDAYS[date.getUTCDay()]}, ${pad(date.getUTCDate())} ${month} ${pad(date.getUTCFullYear(), 4)} ${clock} +0000`;
}

const withoutEndingZeros = (digits: string) => digits.replace(/0+$/, "");
