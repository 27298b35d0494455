import { readInput } from "./input.ts";

const MAX_BYTES = 4096;

/** The one line of a file that holds a secret. @throws {OsError} or LimitError */
export const readSecret = (path: string): string => Buffer.from(readInput(path, MAX_BYTES)).toString().trim();
