import { isUtf8 } from "node:buffer";
import type { Regex } from "rhai-wasm/regex.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";

const NEWLINE = 10;
const RETURN = 13;

/** Bytes that are no UTF-8. */
export class NotUtf8 extends Error {
  override readonly name = "NotUtf8";
  constructor() {
    super("stream did not contain valid UTF-8");
  }
}

// A byte order mark is text: Rust's strings keep it.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `bytes` as text. @throws {NotUtf8} */
export function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new NotUtf8();
  }
}

/**
 * Lines of the text whose bytes come in `pieces`, one at a time; `\n` and `\r\n` end a line.
 * @throws {NotUtf8} for a line that is not, or whatever `pieces` throw: the line in which they do is lost
 */
export function* linesOf(pieces: Iterable<Uint8Array>): Generator<string, void, void> {
  for (const line of bytesOfLines(pieces)) yield decode(line);
}

/** As {@link linesOf}, but not decoded; each is valid until the next is asked for. */
export function* bytesOfLines(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
  for (const block of blocksOf(pieces)) {
    for (let start = 0; start < block.length; ) {
      const newline = block.indexOf(NEWLINE, start);
      yield block.subarray(start, endOfLine(block, start, newline));
      start = newline < 0 ? block.length : newline + 1;
    }
  }
}

/** Where the text of a line ends; one without a newline keeps its `\r`. */
function endOfLine(block: Uint8Array, start: number, newline: number): number {
  if (newline < 0) return block.length;
  return newline > start && block[newline - 1] === RETURN ? newline - 1 : newline;
}

/** The bytes of `pieces` as blocks of whole lines, each valid until the next is asked for. */
export function* blocksOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
  /** The line that began in pieces before. */
  let begun: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    let start = 0;
    if (length > 0) {
      start = piece.indexOf(NEWLINE) + 1;
      if (start > 0) {
        yield Buffer.concat([...begun, piece.subarray(0, start)]);
        begun = [];
        length = 0;
      }
    }
    const end = piece.lastIndexOf(NEWLINE) + 1;
    if (end > start) yield piece.subarray(start, end);
    const rest = piece.subarray(Math.max(start, end));
    if (rest.length > 0) begun.push(rest.slice());
    length += rest.length;
    if (length > LIMITS.fileBytes) throw new LimitError("fileBytes", LIMITS.fileBytes);
  }
  if (length > 0) yield Buffer.concat(begun);
}

/** A line that was found; `number` counts from 1. It is decoded by who keeps it, before the next is asked for. */
export interface FoundLine {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * The lines of the text whose bytes come in `pieces` that match, or with `invert` those that do not.
 * @throws {NotUtf8} as {@link linesOf}
 */
export function* search(
  pieces: Iterable<Uint8Array>,
  regex: Regex,
  invert = false,
): Generator<FoundLine, void> {
  let before = 0;
  for (const block of textBlocks(pieces)) {
    const { matches, lines } = regex.matchLines(block);
    if (invert) {
      const matching = new Set(matches.map(({ number }) => number));
      let number = 0;
      for (const bytes of bytesOfLines([block])) {
        if (!matching.has(number)) yield { number: before + number + 1, bytes };
        number++;
      }
    } else {
      for (const { number, start, end } of matches) {
        yield { number: before + number + 1, bytes: block.subarray(start, end) };
      }
    }
    before += lines;
  }
}

/** As {@link blocksOf}, of UTF-8. @throws {NotUtf8} after the lines before the one that is not */
function* textBlocks(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  for (const block of blocksOf(pieces)) {
    if (isUtf8(block)) yield block;
    else yield* validLines(block);
  }
}

function* validLines(block: Uint8Array): Generator<Uint8Array, void> {
  for (let start = 0; start < block.length; ) {
    const end = block.indexOf(NEWLINE, start) + 1 || block.length;
    const line = block.subarray(start, end);
    if (!isUtf8(line)) throw new NotUtf8();
    yield line;
    start = end;
  }
}

/** Lines of `text`, one at a time; `\n` and `\r\n` end a line, and a final line end starts no further line. */
export function* splitLines(text: string): Generator<string, void> {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    yield text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
    start = end + 1;
  }
  // Without a line end the last line keeps its `\r`.
  if (start < text.length) yield text.slice(start);
}

/** Which lines are wanted, as ReadLinesOptions say; lines count from 1. */
export interface Selection {
  /** So many of the first, or when negative of the last; all where absent. */
  readonly count: number | undefined;
  /** Where the first begin, or the last end. */
  readonly start: number | undefined;
}

/**
 * The lines that are wanted. What is behind them is not looked at, and what is before them need not be text.
 * @throws {NotUtf8}
 */
export function select(lines: Iterable<Uint8Array>, { count, start }: Selection): string[] {
  if (count === 0) return [];
  const last = count !== undefined && count < 0;
  const kept = new Kept<Uint8Array>(last ? -count : undefined);
  let number = 0;
  for (const line of lines) {
    number++;
    if (last ? number > (start ?? number) : number < (start ?? 1)) {
      if (last) break;
      continue;
    }
    kept.add(line.slice(), line.length);
    if (kept.size === count) break;
  }
  return kept.items().map(decode);
}

/** The lines of `pieces` that are wanted, as {@link select}; those before the first are not looked at. */
export function selectIn(pieces: Iterable<Uint8Array>, { count, start }: Selection): string[] {
  if (start === undefined || (count ?? 0) < 0) return select(bytesOfLines(pieces), { count, start });
  return select(bytesOfLines(withoutLines(pieces, start - 1)), { count, start: undefined });
}

/** What comes behind the first `count` lines. */
function* withoutLines(pieces: Iterable<Uint8Array>, count: number): Generator<Uint8Array, void> {
  let left = count;
  for (const piece of pieces) {
    let start = 0;
    while (left > 0 && start < piece.length) {
      const newline = piece.indexOf(NEWLINE, start);
      start = newline < 0 ? piece.length : newline + 1;
      if (newline >= 0) left--;
    }
    if (start < piece.length) yield piece.subarray(start);
  }
}

/** Items in an amount that a script can take; beyond `most`, only the last so many. */
export class Kept<T> {
  private readonly ring: { readonly item: T; readonly characters: number }[] = [];
  /** Where the oldest is, once there are `most`. */
  private oldest = 0;
  private characters = 0;

  constructor(private readonly most = Number.POSITIVE_INFINITY) {}

  get size(): number {
    return this.ring.length;
  }

  add(item: T, characters: number): void {
    this.characters += characters;
    if (this.ring.length < this.most) {
      this.ring.push({ item, characters });
      if (this.ring.length > LIMITS.arrayItems) throw new LimitError("arrayItems", LIMITS.arrayItems);
    } else {
      this.characters -= this.ring[this.oldest]?.characters ?? 0;
      this.ring[this.oldest] = { item, characters };
      this.oldest = (this.oldest + 1) % this.most;
    }
    if (this.characters > LIMITS.fileBytes) throw new LimitError("fileBytes", LIMITS.fileBytes);
  }

  /** All that is kept, the oldest first. */
  items(): T[] {
    const ordered = [...this.ring.slice(this.oldest), ...this.ring.slice(0, this.oldest)];
    return ordered.map(({ item }) => item);
  }
}

/** All of `items`, which must not be more than an array of a script may hold. @throws {LimitError} */
export function collect<T>(items: Iterable<T>): T[] {
  const collected: T[] = [];
  for (const item of items) {
    if (collected.length >= LIMITS.arrayItems) throw new LimitError("arrayItems", LIMITS.arrayItems);
    collected.push(item);
  }
  return collected;
}
