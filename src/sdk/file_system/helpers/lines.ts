import { LIMITS, LimitError } from "../../../platform/limits.ts";
import { fromPlatform } from "../os-errors.ts";

/** Lines of `text`, one at a time; `\n` and `\r\n` end a line, and a final line end starts no further line. */
export function* linesOf(text: string): Generator<string, void> {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    yield text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
  }
  // Without a line end the last line keeps its `\r`.
  if (start < text.length) yield text.slice(start);
}

/** Parts of `text` between `delimiter`s, one at a time; an empty delimiter cuts around every character. */
export function* splitAt(text: string, delimiter: string): Generator<string, void> {
  if (delimiter === "") {
    yield "";
    yield* text;
    yield "";
    return;
  }
  let start = 0;
  for (let end = text.indexOf(delimiter); end >= 0; end = text.indexOf(delimiter, start)) {
    yield text.slice(start, end);
    start = end + delimiter.length;
  }
  yield text.slice(start);
}

/** All of `items`, which must not be more than an array of a script may hold. */
export function collect<T>(items: Iterable<T>): T[] {
  const collected: T[] = [];
  for (const item of items) {
    if (collected.length >= LIMITS.arrayItems)
      throw fromPlatform(new LimitError("arrayItems", LIMITS.arrayItems));
    collected.push(item);
  }
  return collected;
}

/** Unicode's White_Space: what JavaScript's `\s` means, with NEL and without the byte order mark. */
function isSpace(character: string): boolean {
  return character === "\u0085" || (character !== "\uFEFF" && /\s/.test(character));
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

/** The number that `text` is, spaces around it aside; `undefined` where it is none. No hexadecimal, no `_`. */
export function parseNumber(text: string): number | undefined {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start++;
  while (end > start && isSpace(text.charAt(end - 1))) end--;
  const number = text.slice(start, end);
  if (DECIMAL.test(number)) return Number(number);
  const [, sign, name] = SPECIAL.exec(number) ?? [];
  if (name === undefined) return undefined;
  if (name.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
