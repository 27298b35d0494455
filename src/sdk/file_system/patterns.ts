import {
  compileGlob,
  compileRegex,
  type Glob,
  type PatternOptions,
  type Regex,
  RegexError,
} from "rhai-wasm/regex.ts";
import { ioError } from "./os-errors.ts";

/** A regex of a script's. What is wrong with it, or a text too large for it, is a `ValidationError`. */
export function scriptRegex(pattern: string, options?: PatternOptions): Regex {
  const what = `Invalid regex pattern: '${pattern}'`;
  const regex = validated(what, () => compileRegex(pattern, options));
  return {
    isMatch: (text) => validated(what, () => regex.isMatch(text)),
    matchLines: (block) => validated(what, () => regex.matchLines(block)),
    replace: (text, replacement) => validated(what, () => regex.replace(text, replacement)),
    replaceAll: (text, replacement) => validated(what, () => regex.replaceAll(text, replacement)),
  };
}

/** As {@link scriptRegex}, of a glob. */
export function scriptGlob(pattern: string, options?: PatternOptions): Glob {
  const what = "Invalid glob pattern:";
  const glob = validated(what, () => compileGlob(pattern, options));
  return { isMatch: (name) => validated(what, () => glob.isMatch(name)) };
}

function validated<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw ioError("ValidationError", `Validation error: ${what} - ${error.message}`);
  }
}
