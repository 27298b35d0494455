import { LIMITS, LimitError } from "../../../platform/limits.ts";
import { asIoErrors } from "../os-errors.ts";
import { scriptRegex } from "../patterns.ts";

export interface Replacing {
  /** `old` is a regex, and `$1` in the replacement what its first group matched. */
  readonly isRegex: boolean;
  readonly replaceAll: boolean;
}

/** `text` with the first `old`, or all of them, replaced. */
export function replaceText(
  text: string,
  old: string,
  replacement: string,
  { isRegex, replaceAll }: Replacing,
): string {
  if (isRegex) {
    const regex = scriptRegex(old);
    return replaceAll ? regex.replaceAll(text, replacement) : regex.replace(text, replacement);
  }
  if (!replaceAll) {
    const at = text.indexOf(old);
    return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + old.length);
  }
  return asIoErrors(() => replaceEach(text, old, replacement));
}

function replaceEach(text: string, old: string, replacement: string): string {
  // Bounded before it is made: a few characters can become very many.
  const length = text.length + occurrences(text, old) * (replacement.length - old.length);
  if (length > LIMITS.stringBytes) throw new LimitError("stringBytes", LIMITS.stringBytes);
  // An empty text is found around every character, not within a surrogate pair.
  return text.replaceAll(old === "" ? /(?:)/gu : old, () => replacement);
}

function occurrences(text: string, old: string): number {
  if (old === "") return text.length + 1;
  let count = 0;
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + old.length)) count++;
  return count;
}
