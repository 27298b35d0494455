import { isDeepStrictEqual } from "node:util";
import type { DetailedError } from "@cedar-policy/cedar-wasm/web";
import { SCHEMA, schemaText, withCedar, withinEngine } from "./cedar.ts";
import { PolicyError } from "./errors.ts";
import { NotParsed, ParsedNames } from "./parsed.ts";
import { ownSchema, type Schema } from "./schema-json.ts";
import { expectBoundedSchema, positionOfByte } from "./source.ts";

/** Remit's schema with further declarations. */
export interface ExtendedSchema {
  /** All of it. */
  readonly text: string;
  /** What a check of it has found; none of one that was checked by another process. */
  readonly facts?: {
    /** All of it, as JSON. */
    readonly json: Schema;
    /** The types of entities that it adds. */
    readonly types: ReadonlySet<string>;
  };
}

/** As {@link extendSchema}, of an extension that this very program has taken before. */
export const joinSchema = (extension: string): ExtendedSchema => ({ text: before() + extension });

const before = (): string => `${schemaText()}\n`;

/**
 * Adds declarations to Remit's schema. They may declare types: nothing that is there becomes something else, and there are
 * no actions but those that operations ask for.
 * @throws {PolicyError} with the place in `extension`
 */
export function extendSchema(extension: string): CheckedSchema {
  // From one bundle to the next it is mostly the same, and reading it takes longer than all the rest.
  if (latest?.extension !== extension) {
    latest = { extension, schema: withinEngine("the schema", () => extend(extension)) };
  }
  return latest.schema;
}

type CheckedSchema = Required<ExtendedSchema>;
let latest: { readonly extension: string; readonly schema: CheckedSchema } | undefined;

function extend(extension: string): CheckedSchema {
  expectBoundedSchema(extension);
  const { text } = joinSchema(extension);
  const all = withCedar((cedar) => cedar.schemaToJsonWithResolvedTypes(text));
  if (all.type === "failure") throw invalid(all.errors, extension);
  const own = ownSchema();
  const fault = changeOf(own, all.json);
  if (fault !== undefined) throw new PolicyError("schema_invalid", fault);
  const types = typesOf(all.json).filter((type) => !typesOf(own).includes(type));
  const schema = { text, facts: { json: all.json, types: new Set(types) } };
  try {
    parsedSchema(schema);
  } catch (error) {
    if (error instanceof NotParsed) throw invalid(error.errors, extension);
    throw error;
  }
  return schema;
}

const KINDS = ["entityTypes", "commonTypes", "actions"] as const;

/** What a schema that was to add to `own` does beside. */
function changeOf(own: Schema, all: Schema): string | undefined {
  for (const [name, namespace] of Object.entries(all)) {
    const ours = own[name];
    if (ours === undefined && Object.keys(own).some((known) => known !== "" && name.startsWith(`${known}::`)))
      return `the namespace ${name} is in one of Remit's own; take one of another name`;
    const [action] = Object.keys(namespace.actions).filter((each) => ours?.actions[each] === undefined);
    if (action !== undefined)
      return `it declares the action ${JSON.stringify(action)}; operations ask for Remit's own actions only`;
    const both = Object.keys(namespace.commonTypes ?? {}).find((each) => ours?.entityTypes[each]);
    if (both !== undefined) return `it declares ${both}, which is one of Remit's entity types`;
  }
  for (const [name, namespace] of Object.entries(own)) {
    for (const kind of KINDS) {
      for (const [each, declared] of Object.entries(namespace[kind] ?? {})) {
        // A new name can also become what an old declaration means: a type that is called String.
        if (!isDeepStrictEqual(declared, all[name]?.[kind]?.[each]))
          return `it changes what ${name === "" ? "" : `${name}::`}${each} is; it may only add types of other names`;
      }
    }
  }
  return undefined;
}

const typesOf = (schema: Schema): readonly string[] =>
  Object.entries(schema).flatMap(([namespace, { entityTypes }]) =>
    Object.keys(entityTypes).map((type) => (namespace === "" ? type : `${namespace}::${type}`)),
  );

function invalid(errors: readonly DetailedError[], extension: string): PolicyError {
  const [first] = errors;
  const begin = Buffer.byteLength(before());
  const starts = errors.flatMap(({ sourceLocations = [] }) => sourceLocations.map(({ start }) => start));
  const start = starts.find((at) => at >= begin);
  const message = first?.message.replace(/^error parsing schema: /, "") ?? "it does not parse";
  return new PolicyError("schema_invalid", message, {
    position: start === undefined ? undefined : positionOfByte(extension, start - begin),
    help: first?.help ?? undefined,
  });
}

/** Kept by Cedar beside Remit's own: those of the policy in force, the one before and the ones that are compared. */
const MAX_PARSED = 4;
const names = new ParsedNames(`${SCHEMA}+`, MAX_PARSED);

/** Has Cedar parse a schema before the first decision needs it. One that it does not take fails that one. */
export function warmSchema(schema: ExtendedSchema): void {
  try {
    parsedSchema(schema);
  } catch (error) {
    if (!(error instanceof NotParsed)) throw error;
  }
}

/** The name under which Cedar has the schema; without one, Remit's own. */
export const parsedSchema = (schema: ExtendedSchema | undefined): string =>
  schema === undefined
    ? SCHEMA
    : names.get(schema.text, (name) => withCedar((cedar) => cedar.preparseSchema(name, schema.text)));
