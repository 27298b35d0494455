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

/** A compiled regex. Its methods throw {@link RegexError} when pattern and text are too large for each other. */
export interface Regex {
  /** Whether it matches anywhere in `text`. */
  isMatch(text: string): boolean;
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
    replace: (text, replacement) => replace(text, replacement, false),
    replaceAll: (text, replacement) => replace(text, replacement, true),
  };
}

/** @throws {RegexError} when `pattern` is not a glob. */
export function compileGlob(pattern: string, options: PatternOptions = {}): Glob {
  if (pattern.length > MAX_GLOB_LENGTH) throw new RegexError(`a glob has at most ${MAX_GLOB_LENGTH} characters`);
  const key: Key = { kind: "glob", pattern, caseInsensitive: options.caseInsensitive ?? false };
  attempt(key, () => undefined);
  return { isMatch: (name) => attempt(key, (instance, handle) => instance.isMatch(handle, name)) };
}

/** Longer than any path; globs recurse once for each `*`. */
const MAX_GLOB_LENGTH = 4096;
/** Bytes of text that one call takes. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;
/** Compiled patterns kept; the one that was made first goes first. */
const KEPT_PATTERNS = 32;

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
  readonly compile_regex: (caseInsensitive: number) => number;
  readonly compile_glob: (caseInsensitive: number) => number;
  readonly release: (handle: number) => void;
  readonly is_match: (handle: number) => number;
  readonly replace: (handle: number, textLength: number, all: number) => number;
}

const FAILED = -1;
const decoder = new TextDecoder();

class Patterns {
  private readonly handles = new Map<string, number>();
  constructor(private readonly wasm: Exports) {}

  handle({ kind, pattern, caseInsensitive }: Key): number {
    const name = `${kind} ${caseInsensitive} ${pattern}`;
    const known = this.handles.get(name);
    if (known !== undefined) return known;
    for (const [oldest, handle] of this.handles) {
      if (this.handles.size < KEPT_PATTERNS) break;
      this.wasm.release(handle);
      this.handles.delete(oldest);
    }
    this.input(pattern);
    const compile = kind === "regex" ? this.wasm.compile_regex : this.wasm.compile_glob;
    const handle = this.checked(compile(Number(caseInsensitive)));
    this.handles.set(name, handle);
    return handle;
  }

  isMatch(handle: number, text: string): boolean {
    this.input(text);
    return this.checked(this.wasm.is_match(handle)) !== 0;
  }

  replace(handle: number, text: string, replacement: string, all: boolean): string {
    const length = this.input(text, replacement);
    this.checked(this.wasm.replace(handle, length, Number(all)));
    return this.output();
  }

  /** Writes the arguments one after the other; returns the bytes of the first. */
  private input(first: string, second = ""): number {
    const length = Buffer.byteLength(first);
    const total = length + Buffer.byteLength(second);
    if (total > MAX_INPUT_BYTES) throw new RegexError(`the text exceeds ${MAX_INPUT_BYTES} bytes`);
    const start = this.wasm.reserve(total);
    // Encoded by Buffer as counted by Buffer: a lone surrogate is U+FFFD in both.
    const room = Buffer.from(this.wasm.memory.buffer, start, total);
    room.write(first, 0, length);
    room.write(second, length);
    return length;
  }

  private output(): string {
    return decoder.decode(
      new Uint8Array(this.wasm.memory.buffer, this.wasm.output(), this.wasm.output_length()),
    );
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
      return use(instance, instance.handle(key));
    } catch (error) {
      if (error instanceof RegexError) throw error;
      live = undefined;
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
    }
  }
  throw new RegexError("the pattern and the text need more memory than they may have");
}
