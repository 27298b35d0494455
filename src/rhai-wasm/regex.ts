/**
 * Regular expressions and globs that scripts bring. They are matched in time linear in the text (the algorithms,
 * syntax and messages of Rust's `regex` and `glob`), in a WebAssembly instance of bounded memory; never as a
 * JavaScript RegExp, whose backtracking a script could make exponential.
 */
import { readFileSync } from "node:fs";
import modulePath from "./regex.wasm" with { type: "file" };

/** A pattern that does not compile, or that cannot be matched within the limits. The message is Rust's where it has one. */
export class RegexError extends Error {
  override readonly name = "RegexError";
}

export interface PatternOptions {
  /** For a glob: ASCII letters only. */
  readonly caseInsensitive?: boolean;
}

/** A line of a block, by where it is in it: the line end is not part of it. */
export interface LineMatch {
  /** Lines before it. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

export interface LineMatches {
  readonly matches: readonly LineMatch[];
  /** Lines of the block. */
  readonly lines: number;
}

/** A compiled regex. Its methods throw {@link RegexError} when pattern and text are too large for each other. */
export interface Regex {
  /** Whether it matches anywhere in `text`. */
  isMatch(text: string): boolean;
  /** The lines that match of a block of whole lines, which must be UTF-8. `\n` and `\r\n` end a line. */
  matchLines(block: Uint8Array): LineMatches;
  /** `text` with the first match replaced; `$1`, `${name}` and `$$` in `replacement` are expanded. */
  replace(text: string, replacement: string): string;
  /** `text` with every match replaced. */
  replaceAll(text: string, replacement: string): string;
}

/** A compiled glob: `*`, `?`, `[a-z]`, `[!a-z]`, and `**` between separators. */
export interface Glob {
  /** Whether it matches the whole of `name`. */
  isMatch(name: string): boolean;
}

/** @throws {RegexError} when `pattern` is not a regex or compiles to more than 10 MiB. */
export function compileRegex(pattern: string, options: PatternOptions = {}): Regex {
  const key: Key = { kind: "regex", pattern, caseInsensitive: options.caseInsensitive ?? false };
  const replace = (text: string, replacement: string, all: boolean) =>
    attempt(key, (instance, handle) => instance.replace(handle, text, replacement, all));
  attempt(key, () => undefined);
  return {
    isMatch: (text) => attempt(key, (instance, handle) => instance.isMatch(handle, text)),
    matchLines: (block) => attempt(key, (instance, handle) => instance.matchLines(handle, block)),
    replace: (text, replacement) => replace(text, replacement, false),
    replaceAll: (text, replacement) => replace(text, replacement, true),
  };
}

/** @throws {RegexError} when `pattern` is not a glob. */
export function compileGlob(pattern: string, options: PatternOptions = {}): Glob {
  if (pattern.length > MAX_GLOB_LENGTH)
    throw new RegexError(`a glob has at most ${MAX_GLOB_LENGTH} characters`);
  if (!options.caseInsensitive && !/[?[\]]|\*\*/.test(pattern)) return literalGlob(pattern);
  const key: Key = { kind: "glob", pattern, caseInsensitive: options.caseInsensitive ?? false };
  attempt(key, () => undefined);
  return { isMatch: (name) => attempt(key, (instance, handle) => instance.isMatch(handle, name)) };
}

/** A glob with no other wildcard than `*`: literal text before, between and behind, which needs no module. */
function literalGlob(pattern: string): Glob {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return { isMatch: (name) => name.toWellFormed() === pattern };
  return {
    isMatch(given) {
      // As the module would read it.
      const name = given.toWellFormed();
      if (!name.startsWith(first) || !name.endsWith(last)) return false;
      let at = first.length;
      for (const part of others) {
        const found = name.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      return at + last.length <= name.length;
    },
  };
}

export interface TextCounts {
  readonly lines: number;
  readonly words: number;
  /** Whether a word goes on behind it. */
  readonly inWord: boolean;
}

/** Counts newlines, and words that begin in `bytes`: what ASCII white space separates. */
export const countText = (bytes: Uint8Array, inWord: boolean): TextCounts => patterns().count(bytes, inWord);

/** Longer than any path; globs recurse once for each `*`. */
const MAX_GLOB_LENGTH = 4096;
/** Bytes that are reserved for the text of one call, at most and at least. */
const MAX_INPUT_BYTES = 192 * 1024 * 1024;
const LEAST_INPUT_BYTES = 64 * 1024;
/** Compiled patterns kept; the one that was made first goes first. */
const KEPT_PATTERNS = 32;
/** Memory never shrinks: an instance that has grown beyond this goes after the call. */
const KEPT_MEMORY_BYTES = 32 * 1024 * 1024;

interface Key {
  readonly kind: "regex" | "glob";
  readonly pattern: string;
  readonly caseInsensitive: boolean;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly reserve: (length: number) => number;
  readonly output: () => number;
  readonly output_length: () => number;
  readonly compile_regex: (length: number, caseInsensitive: number) => number;
  readonly compile_glob: (length: number, caseInsensitive: number) => number;
  readonly release: (handle: number) => void;
  readonly is_match: (handle: number, length: number) => number;
  readonly match_lines: (handle: number, length: number) => number;
  readonly count: (length: number, inWord: number) => void;
  readonly numbers: () => number;
  readonly replace: (handle: number, length: number, replacementLength: number, all: number) => number;
}

const FAILED = -1;
/** Numbers of a line that matches: its own, its start and its end. */
const LINE_FIELDS = 3;
/** Numbers of {@link TextCounts}. */
const COUNT_FIELDS = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One instance, and the patterns compiled in it, the oldest first. */
class Patterns {
  private readonly handles = new Map<Key, number>();
  private room = new Uint8Array();

  constructor(private readonly wasm: Exports) {}

  handle(key: Key): number {
    const known = this.handles.get(key);
    if (known !== undefined) return known;
    for (const [oldest, handle] of this.handles) {
      if (this.handles.size < KEPT_PATTERNS) break;
      this.wasm.release(handle);
      this.handles.delete(oldest);
    }
    const [length] = this.write(key.pattern);
    const compile = key.kind === "regex" ? this.wasm.compile_regex : this.wasm.compile_glob;
    const handle = this.checked(compile(length, Number(key.caseInsensitive)));
    this.handles.set(key, handle);
    return handle;
  }

  isMatch(handle: number, text: string): boolean {
    const [length] = this.write(text);
    return this.checked(this.wasm.is_match(handle, length)) !== 0;
  }

  matchLines(handle: number, block: Uint8Array): LineMatches {
    this.writeBytes(block);
    const count = this.checked(this.wasm.match_lines(handle, block.length));
    const found = this.numbers(count * LINE_FIELDS + 1);
    const matches = Array.from({ length: count }, (_, index) => {
      const at = index * LINE_FIELDS;
      return { number: found[at] ?? 0, start: found[at + 1] ?? 0, end: found[at + 2] ?? 0 };
    });
    return { matches, lines: found[count * LINE_FIELDS] ?? 0 };
  }

  replace(handle: number, text: string, replacement: string, all: boolean): string {
    const [length, replacementLength] = this.write(text, replacement);
    this.checked(this.wasm.replace(handle, length, replacementLength, Number(all)));
    return this.output();
  }

  count(bytes: Uint8Array, inWord: boolean): TextCounts {
    this.writeBytes(bytes);
    this.wasm.count(bytes.length, Number(inWord));
    const [lines = 0, words = 0, within] = this.numbers(COUNT_FIELDS);
    return { lines, words, inWord: within === 1 };
  }

  private writeBytes(bytes: Uint8Array): void {
    // As in `write`; of no bytes the room may be detached.
    if (this.room.length < bytes.length) this.reserve(bytes.length);
    if (bytes.length > 0) this.room.set(bytes);
  }

  private numbers(length: number): Uint32Array {
    return new Uint32Array(this.wasm.memory.buffer, this.wasm.numbers(), length);
  }

  /** Writes the arguments one after the other; returns the bytes of each. */
  private write(first: string, second = ""): [number, number] {
    // No character takes more than three bytes a UTF-16 unit.
    const needed = 3 * (first.length + second.length);
    // A view of memory that has grown since is detached, and empty.
    if (this.room.length < needed) this.reserve(needed);
    const length = encoder.encodeInto(first, this.room).written;
    if (second === "") return [length, 0];
    return [length, encoder.encodeInto(second, this.room.subarray(length)).written];
  }

  private reserve(needed: number): void {
    if (needed > MAX_INPUT_BYTES) throw new RegexError(`the text exceeds ${MAX_INPUT_BYTES} bytes`);
    const size = Math.max(needed, LEAST_INPUT_BYTES);
    // First, because it can grow the memory, which detaches the buffer before.
    const start = this.wasm.reserve(size);
    this.room = new Uint8Array(this.wasm.memory.buffer, start, size);
  }

  private output(): string {
    const { memory, output, output_length } = this.wasm;
    return decoder.decode(new Uint8Array(memory.buffer, output(), output_length()));
  }

  get memoryBytes(): number {
    return this.wasm.memory.buffer.byteLength;
  }

  private checked(result: number): number {
    if (result === FAILED) throw new RegexError(this.output());
    return result;
  }
}

let compiled: WebAssembly.Module | undefined;
let live: Patterns | undefined;

function patterns(): Patterns {
  if (live) return live;
  compiled ??= new WebAssembly.Module(readFileSync(modulePath));
  // The module is ours and committed; its exports are those of lib.rs.
  live = new Patterns(new WebAssembly.Instance(compiled).exports as unknown as Exports);
  return live;
}

/**
 * Runs `use` with the pattern compiled. A trap (memory or stack exhausted) costs the instance; patterns kept by
 * earlier calls can be what exhausted it, so there is one more try with a new one.
 */
function attempt<T>(key: Key, use: (instance: Patterns, handle: number) => T): T {
  for (let tries = 0; tries < 2; tries++) {
    try {
      const instance = patterns();
      const result = use(instance, instance.handle(key));
      if (instance.memoryBytes > KEPT_MEMORY_BYTES) live = undefined;
      return result;
    } catch (error) {
      if (error instanceof RegexError) throw error;
      live = undefined;
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
    }
  }
  throw new RegexError("the pattern and the text need more memory than they may have");
}
