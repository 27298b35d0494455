import type { Value } from "rhai-wasm";
import { readInput, readStandardInput } from "../platform/input.ts";
import { LIMITS, LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { parseArguments } from "../runner/arguments.ts";
import { RunError } from "../runner/errors.ts";

/** A file of the command line, by what messages call it. */
interface InputFile {
  readonly what: "script" | "policy" | "script arguments";
  readonly limit: "scriptBytes" | "policyBytes" | "argumentBytes";
}

export const SCRIPT: InputFile = { what: "script", limit: "scriptBytes" };
export const POLICY: InputFile = { what: "policy", limit: "policyBytes" };
const ARGUMENTS: InputFile = { what: "script arguments", limit: "argumentBytes" };

const STANDARD_INPUT = "-";
const NO_VARIABLES: ReadonlyMap<string, Value> = new Map();

/** All that a run is given. */
export interface Inputs {
  readonly script: string;
  readonly policy: string;
  readonly arguments: ReadonlyMap<string, Value>;
  /** Refusal of arguments that were read: the policy's faults come before it. */
  readonly argumentsRefused?: RunError;
}

/**
 * Reads the files that the command line names, the script first.
 * @throws {RunError} codes `input_unreadable` and `arguments_invalid`
 */
export function readInputs(options: ReadonlyMap<string, string>): Inputs {
  const script = scriptOf(options);
  const policy = readText(options.get("policy-file") ?? "", POLICY);
  const path = options.get("script-arguments-file");
  return { script, policy, ...(path === undefined ? { arguments: NO_VARIABLES } : readArguments(path)) };
}

/** The script of the command line. @throws {RunError} code `input_unreadable` */
export const scriptOf = (options: ReadonlyMap<string, string>): string =>
  options.get("eval") ?? readScript(options.get("script-file") ?? "");

/**
 * The text of the arguments file; that of none when there is none.
 * @throws {RunError} codes `input_unreadable`, `arguments_invalid` and `arguments_too_deep`
 */
export function argumentsTextOf(options: ReadonlyMap<string, string>): string {
  const path = options.get("script-arguments-file");
  if (path === undefined) return "{}";
  const text = readText(path, ARGUMENTS);
  const { argumentsRefused } = readArguments(path, text);
  if (argumentsRefused) throw argumentsRefused;
  return text;
}

const readScript = (path: string): string =>
  path === STANDARD_INPUT
    ? decoded(path, SCRIPT, () => readStandardInput(LIMITS.scriptBytes))
    : readText(path, SCRIPT);

function readArguments(
  path: string,
  text = readText(path, ARGUMENTS),
): Pick<Inputs, "arguments" | "argumentsRefused"> {
  try {
    return { arguments: parseArguments(text) };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    if (error.code !== "arguments_invalid") return { arguments: NO_VARIABLES, argumentsRefused: error };
    const where = `Failed to load input files: Failed to parse script arguments JSON: ${path}`;
    throw new RunError(error.code, `${where}: ${error.message}`, { cause: error });
  }
}

/** The text of a file. @throws {RunError} code `input_unreadable` */
export const readText = (path: string, file: InputFile): string =>
  decoded(path, file, () => readInput(path, LIMITS[file.limit]));

function decoded(path: string, file: InputFile, read: () => Uint8Array): string {
  const fail = (reason: string, cause: unknown): RunError =>
    new RunError(
      "input_unreadable",
      `Failed to load input files: Failed to read ${file.what} file: ${path}: ${reason}`,
      { cause },
    );
  let bytes: Uint8Array;
  try {
    bytes = read();
  } catch (error) {
    if (error instanceof OsError) throw fail(error.message, error);
    // The reader knows the bound, but not whose it is.
    if (error instanceof LimitError) throw fail(new LimitError(file.limit, error.maximum).message, error);
    throw error;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw fail("stream did not contain valid UTF-8", error);
  }
}
