import { PolicyError } from "./errors.ts";
import { readHead } from "./head.ts";

/** Bytes of one policy file. */
export const MAX_POLICY_BYTES = 1024 * 1024;
/**
 * Brackets in one another. Cedar's parser recurses: from about 150 on it overflows the stack of its WebAssembly
 * instance, which then fails for ever.
 */
export const MAX_POLICY_NESTING = 64;

/** A text of policies. */
export interface PolicyFile {
  /** Absent where there is one file only. */
  readonly name?: string;
  readonly text: string;
}

/** One policy or template of a file. */
export interface Statement {
  readonly text: string;
  /** Offset in the file, in UTF-16 units. */
  readonly start: number;
  /** It has a slot (`?principal`, `?resource`), so it is a template. */
  readonly template: boolean;
  /** Text of the scope, between its parentheses. */
  readonly scope: string;
  /** `when` or `unless` follows the scope. */
  readonly conditional: boolean;
  /** `undefined` where the head was not understood. */
  readonly effect: "permit" | "forbid" | undefined;
  /** Value of `@id`, where it is a string without escapes. */
  readonly id: string | undefined;
}

/** Strings, comments, brackets, the end of a statement, and all between them. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*|[()[\]{};]|[^"/()[\]{};]+|[\s\S]/g;

/**
 * Splits a policy file into its statements. Cedar alone decides whether they are valid; this bounds what it is given.
 * @throws {PolicyError} for a text that is too large or nested too deeply
 */
export function splitPolicies(text: string): readonly Statement[] {
  expectSize(text, "the policy");
  const statements: Statement[] = [];
  let depth = 0;
  let start = 0;
  let end = 0;
  let blank = true;
  for (const [token] of text.matchAll(TOKEN)) {
    end += token.length;
    if (token === "(" || token === "[" || token === "{") depth++;
    else if (token === ")" || token === "]" || token === "}") depth--;
    if (depth > MAX_POLICY_NESTING) throw tooDeep("the policy", positionAt(text, end - 1));
    if (!token.startsWith("//") && token.trim() !== "") blank = false;
    if (token !== ";" || depth > 0) continue;
    statements.push(statement(text.slice(start, end), start));
    start = end;
    blank = true;
  }
  // What is left without its semicolon is Cedar's to refuse.
  if (!blank) statements.push(statement(text.slice(start), start));
  return statements;
}

/** Types in one another nest a schema, too: `Set<Set<…>>`. */
const SCHEMA_TOKEN = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*|[()[\]{}<>]|[^"/()[\]{}<>]+|[\s\S]/g;

/** Bounds a text in Cedar's language of schemas before Cedar sees it. @throws {PolicyError} */
export function expectBoundedSchema(text: string): void {
  expectSize(text, "the schema");
  let depth = 0;
  let end = 0;
  for (const [token] of text.matchAll(SCHEMA_TOKEN)) {
    end += token.length;
    if ("([{<".includes(token)) depth++;
    else if (")]}>".includes(token)) depth--;
    if (depth > MAX_POLICY_NESTING) throw tooDeep("the schema", positionAt(text, end - 1));
  }
}

function expectSize(text: string, what: string): void {
  const size = Buffer.byteLength(text);
  if (size <= MAX_POLICY_BYTES) return;
  throw new PolicyError("policy_too_large", `${what} has ${size} bytes; ${MAX_POLICY_BYTES} are allowed`);
}

const tooDeep = (what: string, position: Position): PolicyError =>
  new PolicyError("policy_too_deep", `${what} nests brackets deeper than ${MAX_POLICY_NESTING}`, {
    position,
  });

function statement(text: string, start: number): Statement {
  const head = readHead(text);
  const scope = head ? scopeAt(text, head.end) : "";
  const body = text.slice((head?.end ?? 0) + scope.length);
  const bare = withoutLiterals(text);
  return {
    text,
    start,
    template: /\?(principal|resource)/.test(bare),
    scope,
    conditional: !head || /\b(when|unless)\b/.test(withoutLiterals(body)),
    effect: head?.effect,
    id: head?.id,
  };
}

/** The text from `from` to the parenthesis that closes the scope. */
function scopeAt(text: string, from: number): string {
  let depth = 1;
  let end = from;
  for (const [token] of text.slice(from).matchAll(TOKEN)) {
    if (token === "(") depth++;
    else if (token === ")") depth--;
    if (depth === 0) break;
    end += token.length;
  }
  return text.slice(from, end);
}

/** `text` with strings and comments made empty. */
export const withoutLiterals = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*/g, (token) => (token.startsWith('"') ? '""' : " "));

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset in UTF-16 units. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** As {@link positionAt}, of an offset in bytes of UTF-8, in which Cedar counts. */
export function positionOfByte(text: string, byte: number): Position {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, byte));
  return positionAt(text, before.length);
}
