/** Lines of `text`; `\n` and `\r\n` end a line, and a final line end starts no further line. */
export function linesOf(text: string): string[] {
  const parts = text.split("\n");
  // What follows the last line end is a line only if there is something, and its `\r` belongs to it.
  const rest = parts.pop() ?? "";
  const lines = parts.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (rest !== "") lines.push(rest);
  return lines;
}

/** `text` cut at each `delimiter`; an empty delimiter cuts around every character. */
export function splitAt(text: string, delimiter: string): string[] {
  return delimiter === "" ? ["", ...text, ""] : text.split(delimiter);
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
