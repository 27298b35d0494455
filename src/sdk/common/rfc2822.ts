import { commentsAndSpace, foldingSpace, spacedColon } from "./folding-space.ts";
import { MONTHS, shortName, WEEKDAYS } from "./month.ts";
import { invalidComponent, type Offset, type Parts, Scanner } from "./scanner.ts";

const FIRST_YEAR = 1900;
/** The years of two digits: those before it are of this century. */
const FIRST_OF_LAST_CENTURY = 50;
/** There is no zone J. */
const MILITARY_ZONES = "abcdefghiklmnopqrstuvwxyz";

/** Hours of the zones that RFC 2822 names. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ["gmt", 0],
  ["est", -5],
  ["edt", -4],
  ["cst", -6],
  ["cdt", -5],
  ["mst", -7],
  ["mdt", -6],
  ["pst", -8],
  ["pdt", -7],
]);

/** Reads `Fri, 21 Nov 1997 09:55:06 -0600`. @throws {Unparsable} */
export function parseRfc2822(text: string): Parts {
  const scanner = new Scanner(text);
  const space = () => scanner.literal(commentsAndSpace(scanner));
  commentsAndSpace(scanner);
  if (nameOf(scanner, WEEKDAYS) !== undefined) {
    scanner.literal(scanner.take(","));
    commentsAndSpace(scanner);
  }
  const day = scanner.optionalDigits(2) ?? scanner.digits(1, "day");
  space();
  const month = nameOf(scanner, MONTHS);
  if (month === undefined) throw invalidComponent("month");
  space();
  const year = parseYear(scanner);
  const hour = scanner.digits(2, "hour");
  scanner.literal(spacedColon(scanner));
  const minute = scanner.digits(2, "minute");
  const second = spacedColon(scanner) ? scanner.digits(2, "second") : 0;
  space();
  const offset = parseOffset(scanner);
  commentsAndSpace(scanner);
  scanner.end();
  return { year, month: month + 1, day, hour, minute, second, nanosecond: 0, offset };
}

/** Index of the name whose first three letters come next. */
function nameOf(scanner: Scanner, names: readonly string[]): number | undefined {
  const word = scanner.text.slice(scanner.position, scanner.position + 3).toLowerCase();
  const index = names.findIndex((name) => shortName(name).toLowerCase() === word);
  if (index < 0) return undefined;
  scanner.word(3);
  return index;
}

function parseYear(scanner: Scanner): number {
  const year = scanner.optionalDigits(4);
  if (year !== undefined) {
    if (year < FIRST_YEAR) throw invalidComponent("year");
    scanner.literal(foldingSpace(scanner));
    return year;
  }
  const short = scanner.digits(2, "year");
  scanner.literal(commentsAndSpace(scanner));
  return short + (short < FIRST_OF_LAST_CENTURY ? 2000 : 1900);
}

function parseOffset(scanner: Scanner): Offset {
  const sign = String.fromCharCode(scanner.code());
  if (sign !== "+" && sign !== "-") return parseZone(scanner);
  const east = scanner.east();
  const hours = scanner.digits(2, "offset hour");
  return { east, hours, minutes: scanner.digits(2, "offset minute") };
}

/** A zone by its name. Letters alone, of which one stands for a military zone, count as UTC at the end only. */
function parseZone(scanner: Scanner): Offset {
  const word = scanner.text.slice(scanner.position, scanner.position + 3).toLowerCase();
  const hours = ZONES.get(word);
  if (hours !== undefined) {
    scanner.word(3);
    return { east: hours >= 0, hours: Math.abs(hours), minutes: 0 };
  }
  if (word.length < 3 && word[0] !== undefined && MILITARY_ZONES.includes(word[0])) {
    scanner.word(word === "ut" ? 2 : 1);
    return { east: true, hours: 0, minutes: 0 };
  }
  throw invalidComponent("offset hour");
}
