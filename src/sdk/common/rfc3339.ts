import { invalidComponent, type Offset, outOfRange, type Parts, Scanner } from "./scanner.ts";

const MAX_ASCII = 0x7f;
const SUBSECOND_DIGITS = 9;

/** Reads `2024-06-30T12:00:00.25+02:00`; any character may stand for the `T`. @throws {Unparsable} */
export function parseRfc3339(text: string): Parts {
  const scanner = new Scanner(text);
  const year = scanner.digits(4, "year");
  scanner.literal(scanner.take("-"));
  const month = scanner.digits(2, "month");
  if (month === 0) throw invalidComponent("month");
  scanner.literal(scanner.take("-"));
  const day = scanner.digits(2, "day");
  skipSeparator(scanner);
  const hour = scanner.digits(2, "hour");
  scanner.literal(scanner.take(":"));
  const minute = scanner.digits(2, "minute");
  scanner.literal(scanner.take(":"));
  const second = scanner.digits(2, "second");
  const nanosecond = scanner.take(".") ? subsecond(scanner) : 0;
  const offset = parseOffset(scanner);
  scanner.end();
  return { year, month, day, hour, minute, second, nanosecond, offset };
}

/** One byte of the text, so a character beyond ASCII leaves something that is no hour. */
function skipSeparator(scanner: Scanner): void {
  if (Number.isNaN(scanner.code())) throw invalidComponent("separator");
  if (scanner.code() > MAX_ASCII) throw invalidComponent("hour");
  scanner.word(1);
}

function subsecond(scanner: Scanner): number {
  let value = scanner.digits(1, "subsecond");
  for (let count = 1; ; count++) {
    const digit = scanner.optionalDigits(1);
    if (digit === undefined) return value * 10 ** Math.max(0, SUBSECOND_DIGITS - count);
    if (count < SUBSECOND_DIGITS) value = value * 10 + digit;
  }
}

function parseOffset(scanner: Scanner): Offset {
  if (scanner.take("Z") || scanner.take("z")) return { east: true, hours: 0, minutes: 0 };
  const east = scanner.east();
  const hours = scanner.digits(2, "offset hour");
  if (hours > 23) throw invalidComponent("offset hour");
  scanner.literal(scanner.take(":"));
  const minutes = scanner.digits(2, "offset minute");
  if (minutes > 59) throw outOfRange("offset minute");
  return { east, hours, minutes };
}
