import type { Value } from "rhai-wasm";
import { RunError } from "./errors.ts";

/** Levels of lists and maps: scalars are at level 1, the items of a list or map at level 2. */
const MAX_DEPTH = 2;
const I32 = { minimum: -(2n ** 31n), maximum: 2n ** 31n - 1n, name: "i32" };
const I64 = { minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n, name: "i64" };

/** A number as it stands in the text: an i64 does not fit a JavaScript number. */
class NumberText {
  constructor(readonly text: string) {}
}

/** What each tag of a tagged value takes. */
const TAGS: { readonly [tag: string]: (content: unknown) => Value } = {
  stringValue: (content) => (typeof content === "string" ? content : mismatch(content, "a string")),
  integerValue: (content) => integer(content, I32),
  longValue: (content) => integer(content, I64),
  doubleValue: (content) => (content instanceof NumberText ? Number(content.text) : mismatch(content, "f64")),
  booleanValue: (content) => (typeof content === "boolean" ? content : mismatch(content, "a boolean")),
  listValue: (content) => (Array.isArray(content) ? content.map(untag) : mismatch(content, "a sequence")),
  mapValue: (content) =>
    isRecord(content)
      ? new Map(Object.entries(content).map(([key, item]) => [key, untag(item)]))
      : mismatch(content, "a map"),
};

/** By which a value is known to be tagged. */
export const ARGUMENT_TAGS: readonly string[] = Object.keys(TAGS);

/**
 * Script arguments from their JSON: an object whose values are tagged, `{"port": {"integerValue": 80}}`.
 * @throws {RunError} codes `arguments_invalid` and `arguments_too_deep`
 */
export function parseArguments(text: string): ReadonlyMap<string, Value> {
  const parsed = parseJson(text);
  if (!isRecord(parsed)) throw new RunError("arguments_invalid", `expected a map, got ${describe(parsed)}`);
  const values = new Map<string, Value>();
  for (const [name, tagged] of Object.entries(parsed)) {
    try {
      values.set(name, untag(tagged));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      throw new RunError("arguments_invalid", `${error.message} in argument '${name}'`);
    }
  }
  for (const [name, value] of values) {
    if (!isShallow(value, 1)) {
      throw new RunError(
        "arguments_too_deep",
        `Script arguments depth validation failed: Argument '${name}': Maximum nesting depth of ${MAX_DEPTH} exceeded`,
      );
    }
  }
  return values;
}

class Mismatch extends Error {}

function parseJson(text: string): unknown {
  try {
    // ECMA-262's JSON.parse source text access, which TypeScript does not declare yet.
    const revive = (key: string, value: unknown, { source }: { source?: string } = {}) => {
      if (typeof value === "string") expectText(value);
      expectText(key);
      return typeof value === "number" ? numberText(source ?? String(value)) : value;
    };
    return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw new RunError("arguments_invalid", error instanceof Error ? error.message : String(error));
  }
}

/** A script's text is UTF-8, which half of a surrogate pair has no form in. */
function expectText(text: string): void {
  if (!text.isWellFormed()) throw new Error("lone surrogate in a text");
}

function numberText(text: string): NumberText {
  if (!Number.isFinite(Number(text))) throw new Error(`number out of range: ${text.slice(0, 64)}`);
  return new NumberText(text);
}

function untag(tagged: unknown): Value {
  if (typeof tagged === "string") throw unknownTag(tagged);
  if (!isRecord(tagged)) return mismatch(tagged, 'a tagged value such as {"stringValue": "x"}');
  const [[tag, content] = [], ...more] = Object.entries(tagged);
  if (tag === undefined || more.length > 0) throw new Mismatch("a tagged value has exactly one tag");
  const take = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (!take) throw unknownTag(tag);
  return take(content);
}

function unknownTag(tag: string): Mismatch {
  const known = Object.keys(TAGS).map((name) => `\`${name}\``);
  return new Mismatch(`unknown variant \`${tag}\`, expected one of ${known.join(", ")}`);
}

function integer(content: unknown, { minimum, maximum, name }: typeof I32): Value {
  if (!(content instanceof NumberText)) return mismatch(content, name);
  if (!/^-?\d+$/.test(content.text)) {
    throw new Mismatch(`invalid type: floating point \`${content.text}\`, expected ${name}`);
  }
  const value = BigInt(content.text);
  if (value < minimum || value > maximum) {
    throw new Mismatch(`invalid value: integer \`${content.text}\`, expected ${name}`);
  }
  return value;
}

function mismatch(content: unknown, expected: string): never {
  throw new Mismatch(`invalid type: ${describe(content)}, expected ${expected}`);
}

function describe(content: unknown): string {
  if (content === null) return "null";
  if (content instanceof NumberText) return `number \`${content.text}\``;
  if (Array.isArray(content)) return "sequence";
  return typeof content === "object" ? "map" : `${typeof content} \`${String(content).slice(0, 64)}\``;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof NumberText);

function isShallow(value: Value, level: number): boolean {
  if (level > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isShallow(item, level + 1));
  if (value instanceof Map) return [...value.values()].every((item) => isShallow(item, level + 1));
  return true;
}
