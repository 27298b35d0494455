import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { didYouMean } from "../policy/suggestion.ts";
import { BundleSchema, StaleSchema } from "./bundle.ts";
import { type Position, positionOf } from "./position.ts";
import { type Configuration, ConfigurationSchema } from "./schema.ts";
import { UploadSchema } from "./upload.ts";

/** Something that is wrong with a configuration. */
export interface Fault {
  readonly message: string;
  readonly position?: Position;
}

/** A configuration that cannot be used, with all that is wrong with it. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** @param path of the file */
  constructor(
    readonly path: string,
    readonly faults: readonly Fault[],
    options?: ErrorOptions,
  ) {
    super(faults.map((fault) => faultText(path, fault)).join("\n"), options);
  }
}

/** Tables within tables: the schema has one level. */
const MAX_DEPTH = 16;

/**
 * The configuration that the TOML `text` of the file `path` says. What it says must be known: a mistyped key would leave
 * its default in force.
 * @throws {ConfigurationError}
 */
export function parseConfiguration(text: string, path: string): Configuration {
  const parsed = ConfigurationSchema.safeParse(parseToml(text, path));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    path,
    parsed.error.issues.flatMap((issue) => faultsOf(issue, text)),
  );
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text.replace(/^\ufeff/, ""), { maxDepth: MAX_DEPTH, unsafeKeyBehaviour: "throw" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n", 1);
    const position = { line: error.line, column: error.column };
    throw new ConfigurationError(path, [{ message, position }]);
  }
}

function faultsOf(issue: z.core.$ZodIssue, text: string): readonly Fault[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [fault(text, path, `${path.join(".")}: ${issue.message}`)];
  return issue.keys.map((key) => {
    const name = [...path, key].join(".");
    const near = didYouMean(key, KEYS.get(path.join(".")) ?? []);
    return fault(text, [...path, key], `unknown key '${name}'${near}`);
  });
}

function fault(text: string, path: readonly string[], message: string): Fault {
  const position = positionOf(text, path);
  return position ? { message, position } : { message };
}

/** `FILE:LINE:COLUMN: …`, as compilers have it. */
function faultText(path: string, { message, position }: Fault): string {
  const place = position ? `${path}:${position.line}:${position.column}` : path;
  return `${place}: ${message}`;
}

const { limits, runs, log, decision_log } = ConfigurationSchema.parse({});

/** The keys of each table, by its name; the outermost has none. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ["", Object.keys(ConfigurationSchema.shape)],
  ["upload", Object.keys(UploadSchema.shape)],
  ["bundle", Object.keys(BundleSchema.shape)],
  ["bundle.stale", Object.keys(StaleSchema.shape)],
  ...Object.entries({ limits, runs, log, decision_log }).map(
    ([table, values]): [string, readonly string[]] => [table, Object.keys(values)],
  ),
]);
