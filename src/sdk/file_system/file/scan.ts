import { countText } from "rhai-wasm/regex.ts";
import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Call } from "../../operation.ts";
import { requireRead } from "../access.ts";
import type { FileHandle } from "../handles.ts";
import { asIoErrors } from "../os-errors.ts";
import { scriptRegex } from "../patterns.ts";
import { decode, Kept, search } from "../text.ts";
import { readMode, remaining } from "./read.ts";
import { Match, WordCount } from "./records.ts";

interface SearchOptions {
  /** Those that do not match instead. */
  readonly invert?: boolean;
  /** No more than the first so many are kept. */
  readonly most?: number;
}

/** How many lines match, and which they are, redacted if no more is allowed; the handle is rewound. */
export function searchFile(call: Call, handle: FileHandle, pattern: string, options: SearchOptions = {}) {
  const { token, redact } = readMode(call, handle);
  const regex = scriptRegex(pattern);
  const redacted = redact?.();
  const { invert = false, most = Number.POSITIVE_INFINITY } = options;
  const found = asIoErrors(() => {
    const kept = new Kept<Match>();
    let count = 0;
    for (const { number, bytes } of search(remaining(token, handle), regex, invert)) {
      count++;
      if (count > most) continue;
      const line = decode(bytes);
      kept.add(new Match(redacted ? redacted(line) : line, number), line.length);
    }
    return { count, matches: kept.items() };
  });
  handle.position = 0;
  return found;
}

const SPACE = 32;
const TAB = 9;
const TILDE = 126;

/** As `wc` counts: words are what ASCII white space separates. */
export function countFile(call: Call, handle: FileHandle): WordCount {
  const token = requireRead(call, handle);
  let [lines, words, bytes] = [0, 0, 0];
  let inWord = false;
  asIoErrors(() => {
    for (const piece of remaining(token, handle)) {
      const counts = countText(piece, inWord);
      bytes += piece.length;
      lines += counts.lines;
      words += counts.words;
      inWord = counts.inWord;
    }
  });
  handle.position = 0;
  return new WordCount(BigInt(lines), BigInt(words), BigInt(bytes));
}

const LEAST_LENGTH = 4;
/** By byte: 1 for what a run consists of. */
const PRINTABLE = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number((byte >= SPACE && byte <= TILDE) || byte === TAB),
);

/** Runs of at least four printable ASCII characters, as `strings` finds them. */
export function extractStrings(call: Call, handle: FileHandle): string[] {
  const token = requireRead(call, handle);
  const kept = new Kept<string>();
  /** What of a run was in pieces before. */
  let begun = "";
  asIoErrors(() => {
    for (const piece of remaining(token, handle)) {
      const text = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      /** Where the run that goes on began; -1 where none does. */
      let start = begun === "" ? -1 : 0;
      for (let at = 0; at < piece.length; at++) {
        if (PRINTABLE[piece[at] ?? 0] === 1) {
          if (start < 0) start = at;
        } else if (start >= 0) {
          if (begun.length + at - start >= LEAST_LENGTH) {
            const run = begun + text.toString("latin1", start, at);
            kept.add(run, run.length);
          }
          begun = "";
          start = -1;
        }
      }
      if (start >= 0) begun += text.toString("latin1", start);
      if (begun.length > LIMITS.fileBytes) throw new LimitError("fileBytes", LIMITS.fileBytes);
    }
    if (begun.length >= LEAST_LENGTH) kept.add(begun, begun.length);
  });
  handle.position = 0;
  return kept.items();
}
