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
