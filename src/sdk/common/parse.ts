import { SdkError } from "../errors.ts";
import { componentOutOfRange, DateTime, type DateTimeFields } from "./date-time.ts";
import type { FormatName } from "./format.ts";
import { parseRfc2822 } from "./rfc2822.ts";
import { parseRfc3339 } from "./rfc3339.ts";
import { type Offset, outOfRange, type Parts, Unparsable } from "./scanner.ts";

const PARSERS: { readonly [F in FormatName]: (text: string) => Parts } = {
  RFC3339: parseRfc3339,
  RFC2822: parseRfc2822,
};

const LAST_NANOSECOND = 999_999_999;
const MS_PER_DAY = 86_400_000;

/** The time that `text` says, in UTC. */
export function parseDateTime(text: string, format: FormatName): DateTime {
  try {
    return toDateTime(PARSERS[format](text));
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    throw new SdkError(
      "CommonUtilsErrorKind",
      "ParseError",
      `Parse Error: Failed to parse ${format} datetime from '${text}': ${error.message}`,
    );
  }
}

function toDateTime({ offset, ...parts }: Parts): DateTime {
  const leap = parts.second === 60;
  const fields: DateTimeFields = {
    year: BigInt(parts.year),
    month: BigInt(parts.month),
    day: BigInt(parts.day),
    hour: BigInt(parts.hour),
    minute: BigInt(parts.minute),
    // There is no leap second here: it is the end of the second before.
    second: leap ? 59n : BigInt(parts.second),
    nanosecond: BigInt(leap ? LAST_NANOSECOND : parts.nanosecond),
  };
  const wrong = componentOutOfRange(fields);
  if (wrong !== undefined) throw outOfRange(wrong);
  if (offset.hours > 25) throw outOfRange("offset hour");
  if (offset.minutes > 59) throw outOfRange("offset minute");
  const made = new DateTime(fields);
  if (leap && !endsMonth(made, offset)) throw outOfRange("second");
  const ahead = secondsAhead(offset);
  return ahead === 0 ? made : DateTime.fromEpoch(made.seconds - BigInt(ahead), made.nanos);
}

const secondsAhead = ({ east, hours, minutes }: Offset): number =>
  (east ? 1 : -1) * (hours * 60 + minutes) * 60;

/** Whether it is the last second of a month in UTC, where leap seconds are put. */
function endsMonth(time: DateTime, offset: Offset): boolean {
  const utc = new Date(time.date().getTime() - secondsAhead(offset) * 1000);
  const next = new Date(utc.getTime() + 1000);
  return next.getUTCDate() === 1 && next.getTime() % MS_PER_DAY === 0;
}
