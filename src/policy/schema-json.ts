import type { SchemaJson } from "@cedar-policy/cedar-wasm/web";
import { schemaText, withCedar } from "./cedar.ts";
import { embeddedFile } from "./embedded-file.ts";
import { PolicyError } from "./errors.ts";

/** A schema as Cedar's JSON, in which each name says what it means. */
export type Schema = SchemaJson<string>;

/** The name under which the build embeds {@link embeddedSchema}: a new process reads it sooner than Cedar its text. */
export const SCHEMA_JSON = "schema.json";

/** What the build embeds. */
export const embeddedSchema = (): string => JSON.stringify({ text: schemaText(), json: read() });

let own: Schema | undefined;

/** Remit's schema. */
export function ownSchema(): Schema {
  own ??= embedded() ?? read();
  return own;
}

/** `undefined` where there is none (the source is run as it is), or one of another schema. */
function embedded(): Schema | undefined {
  const file = embeddedFile(SCHEMA_JSON);
  if (file === undefined) return undefined;
  // Written by our own build.
  const { text, json } = JSON.parse(file.toString()) as { readonly text: string; readonly json: Schema };
  return text === schemaText() ? json : undefined;
}

function read(): Schema {
  const answer = withCedar((cedar) => cedar.schemaToJsonWithResolvedTypes(schemaText()));
  if (answer.type === "failure") throw new PolicyError("policy_engine", "Remit's schema cannot be read");
  return answer.json;
}

/** The types that a schema declares. */
export const withoutActions = (schema: Schema): Schema =>
  Object.fromEntries(Object.entries(schema).map(([name, declared]) => [name, { ...declared, actions: {} }]));
