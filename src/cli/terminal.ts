import { OsError } from "../platform/os-error.ts";
import { writeError, writeOutput } from "../platform/output.ts";

/** Standard output takes no more: it is closed, or its disk is full. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** Writes to standard output. @throws {OutputError} */
export function print(text: string): void {
  try {
    writeOutput(text);
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    throw new OutputError(`Failed to write output: ${error.message}`);
  }
}

/** Writes to standard error. Where that cannot be written there is nobody to be told. */
export function printError(text: string): void {
  try {
    writeError(text);
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
  }
}

/** Text of a script for a person: as it is, or without its control characters where a terminal would obey them. */
export const forStandardOutput = (text: string): string => forTerminal(1, text);
export const forStandardError = (text: string): string => forTerminal(2, text);

// Loaded at first use: JSON goes to no terminal, and a start of the program should not pay for it.
/** Writes text for a person to standard output. @throws {OutputError} */
export const printText = (text: string): void => print(forStandardOutput(text));

const forTerminal = (fd: number, text: string): string =>
  text !== "" && process.getBuiltinModule("node:tty").isatty(fd) ? withoutControls(text) : text;

/** `text` with control characters shown instead of sent; lines and tabs stay. */
export const withoutControls = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
