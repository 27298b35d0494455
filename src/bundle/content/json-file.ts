import type { z } from "zod";
import { expectUnambiguous, JsonTextError } from "../../platform/json-text.ts";
import { LIMITS } from "../../platform/limits.ts";
import { positionAt } from "../../policy/source.ts";
import { BundleError } from "../errors.ts";
import { expectJson, JsonFault, offsetOf } from "./json-place.ts";

/** A text file of a bundle. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** Line of the value at `path` in a JSON file, from 1. */
export const lineOf = ({ text }: TextFile, path: readonly PropertyKey[]): number =>
  positionAt(text, offsetOf(text, path)).line;

/** What a JSON file says, which is of `schema` and means one thing. @throws {BundleError} `bundle_invalid` with the place */
export function parseJsonFile<T>(file: TextFile, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseText(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw invalid(file, undefined, "it is not what this file has");
  const path = issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  throw invalid(file, lineOf(file, path), `${pathText(path)}${issue.message}`);
}

function parseText(file: TextFile): unknown {
  const { text } = file;
  try {
    expectUnambiguous(text, LIMITS.bundleNesting);
    expectJson(text);
    return JSON.parse(text, withoutPrototype);
  } catch (error) {
    if (error instanceof JsonTextError) throw invalid(file, undefined, error.message);
    if (error instanceof JsonFault) throw invalid(file, positionAt(text, error.offset).line, error.message);
    throw error;
  }
}

/** Copying an object would take this name for another thing. */
function withoutPrototype(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new JsonTextError(`"${key}" cannot be a name`);
  return value;
}

const invalid = (file: TextFile, line: number | undefined, why: string): BundleError =>
  new BundleError("bundle_invalid", why, { file: file.name, ...(line === undefined ? {} : { line }) });

/** `[2].request.principal: ` */
const pathText = (path: readonly PropertyKey[]): string => {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return text === "" ? "" : `${text.replace(/^\./, "")}: `;
};
