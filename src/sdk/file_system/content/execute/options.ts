import type { Value } from "rhai-wasm";
import { MAX_U32 } from "../../../conversion.ts";
import { TextError } from "../../../errors.ts";
import { type Field, field, fieldNotInitialized, options, required } from "../../../options.ts";
import { ioError } from "../../os-errors.ts";
import { CAPABILITIES } from "./capabilities.ts";

/** An argument: a key alone, or a key with its value, which the program receives as two. */
export interface Argument {
  readonly key: string;
  readonly value?: string;
}

const PATH = "rust_safe_io::execute";

export const childNamespaceOptions = options({
  name: "ChildNamespaceOptions",
  path: PATH,
  summary: "Begins the options of the namespaces that a program runs in.",
  only: "linux",
  fields: { target_process: required(field.unsigned(undefined, MAX_U32), fieldNotInitialized) },
  examples: { target_process: "4711" },
});

const args: Field<readonly Argument[]> = {
  type: "Array",
  initial: [],
  refuses: "an item that is neither a text nor an array of one or two texts",
  accept: (value) => (Array.isArray(value) ? value.map(argument) : []),
};

function argument(value: Value, index: number): Argument {
  if (typeof value === "string") return { key: value };
  if (!Array.isArray(value)) throw new TextError(`Argument at index ${index} must be a string or an array`);
  if (value.length === 0) throw new TextError(`Argument array at index ${index} cannot be empty`);
  if (value.length > 2)
    throw new TextError(`Argument array at index ${index} cannot have more than 2 elements`);
  const [key, given] = value;
  if (typeof key !== "string") throw new TextError("Argument key must be a string");
  if (value.length === 1) return { key };
  if (typeof given !== "string") throw new TextError("Argument value must be a string");
  return { key, value: given };
}

const env: Field<ReadonlyMap<string, string>> = {
  type: "Map",
  initial: new Map(),
  refuses: "a value that is no text",
  accept: (value) => {
    const variables = new Map<string, string>();
    // Sorted as Rhai's maps are, by code point.
    for (const [key, text] of sorted(value instanceof Map ? value : new Map<string, Value>())) {
      if (typeof text !== "string") {
        throw new TextError(`Environment variable value for key '${key}' must be a string`);
      }
      variables.set(key, text);
    }
    return variables;
  },
};

const sorted = (map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const capabilities: Field<readonly number[]> = {
  type: "Array",
  initial: [],
  refuses: "a name that is not of a capability",
  accept: (value) =>
    (Array.isArray(value) ? value : []).map((name, index) => {
      if (typeof name !== "string") throw new TextError(`Capability at index ${index} must be a string`);
      const number = CAPABILITIES.indexOf(name);
      if (number < 0) throw new TextError(`Invalid capability format: '${name}'`);
      return number;
    }),
};

export const executeOptions = options({
  name: "ExecuteOptions",
  path: PATH,
  summary: "Begins the options of how a program is executed.",
  only: "linux",
  fields: {
    args,
    env,
    capabilities,
    user: field.text(),
    group: field.text(),
    namespace: field.object(childNamespaceOptions.type),
  },
  examples: {
    args: '["--all", ["--width", "80"]]',
    env: '#{ "LANG": "C.UTF-8" }',
    capabilities: '["CAP_NET_ADMIN"]',
    user: '"app"',
    group: '"app"',
    namespace: "ChildNamespaceOptions().target_process(4711).build()",
  },
  chain: '.args(["--version"]).env(#{ "LANG": "C.UTF-8" })',
  validate: ({ args, env }) => {
    for (const [index, { key }] of args.entries()) {
      if (key === "") throw invalid(`Argument key at index ${index} cannot be empty`);
    }
    for (const [index, { key, value }] of args.entries()) {
      if (value === "") throw invalid(`Argument value for key '${key}' at index ${index} cannot be empty`);
    }
    for (const [index, [key, value]] of [...env].entries()) {
      if (key === "" || value === "") {
        throw invalid(`Environment variable at index ${index} should have non-empty key and value`);
      }
    }
  },
});

const invalid = (reason: string) => ioError("ValidationError", `Validation error: ${reason}`);
