import { compileRegex, type Regex, RegexError } from "rhai-wasm/regex.ts";
import type { Call } from "../../operation.ts";
import type { FileHandle } from "../handles.ts";
import { openDir, openFile } from "../open.ts";
import { ioError, scriptMessage } from "../os-errors.ts";
import { splitLines } from "../text.ts";
import { using } from "../using.ts";

const DIRECTORY = "/etc/opt/rex";
const NAME = "rex_redaction.config";

/** The file that lists, as printf formats, which lines stay readable in a redacted read. */
export const DICTIONARY = `${DIRECTORY}/${NAME}`;

const REDACTED = "[REDACTED]";

/** A text with the lines replaced that fit no pattern. */
export type Redactor = (text: string) => string;

/** Reads a file as scripts do: `readText`. */
type ReadText = (call: Call, handle: FileHandle) => string;

/** The redactor of this run; the dictionary is read, under the run's own policy, when the first redacted read needs it. */
export function redactor(call: Call, read: ReadText): Redactor {
  const { patterns } = call.run.once("file_system.redaction", () => ({
    patterns: readDictionary(call, read),
  }));
  return (text) => {
    const kept: string[] = [];
    for (const line of splitLines(text)) {
      kept.push(patterns.some((pattern) => isMatch(pattern, line)) ? line : REDACTED);
    }
    return kept.join("\n");
  };
}

/** A line that is too large for a pattern is not known to fit it. */
function isMatch(pattern: Regex, line: string): boolean {
  try {
    return pattern.isMatch(line);
  } catch (error) {
    if (error instanceof RegexError) return false;
    throw error;
  }
}

function readDictionary(call: Call, read: ReadText): readonly Regex[] {
  const directory = attempt(
    () => openDir(call, DIRECTORY, { followSymlinks: true }),
    (reason) =>
      ioError(
        "DirectoryError",
        `Directory error: Failed to open redaction dictionary directory: ${reason}: ${DIRECTORY}`,
      ),
  );
  return using(directory, () => {
    const dictionary = attempt(
      () => openFile(call, directory, NAME, { read: true }),
      (reason) =>
        ioError(
          "FileError",
          `File error: Failed to open redaction dictionary file: ${reason}: ${DICTIONARY}`,
        ),
    );
    return using(dictionary, () => parseDictionary(read(call, dictionary)));
  });
}

function attempt<T>(act: () => T, wrap: (reason: string) => Error): T {
  try {
    return act();
  } catch (error) {
    throw wrap(scriptMessage(error));
  }
}

/** One pattern a line; blank lines, lines that begin with `#` and those with an unknown specifier are left out. */
export function parseDictionary(text: string): readonly Regex[] {
  return [...splitLines(text)].flatMap((line) => {
    const format = line.trim();
    const pattern = format === "" || format.startsWith("#") ? undefined : patternOf(format);
    return pattern === undefined ? [] : compile(pattern);
  });
}

function compile(pattern: string): Regex[] {
  try {
    return [compileRegex(pattern)];
  } catch (error) {
    if (error instanceof RegexError) return [];
    throw error;
  }
}

/** Regexes of the conversions that a dictionary may use. */
const CONVERSIONS: { readonly [specifier: string]: string } = {
  s: "(\\S+)",
  d: "(-?\\d+)",
  u: "(\\d+)",
  m: ".*?",
};

// Flags, width, precision and length of a conversion say nothing about which text fits it.
const SPECIFIER = /%[#0-9\-+ .*]*[zl]*(.?)/gsu;

/** The regex of a printf format, whose other characters are taken as a regex too; `undefined` for other conversions. */
export function patternOf(format: string): string | undefined {
  let known = true;
  const pattern = format.replace(SPECIFIER, (_whole, specifier: string) => {
    if (specifier === "") return "";
    const regex = Object.hasOwn(CONVERSIONS, specifier) ? CONVERSIONS[specifier] : undefined;
    known &&= regex !== undefined;
    return regex ?? "";
  });
  return known ? pattern : undefined;
}
