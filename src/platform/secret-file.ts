import { UntrustedFile } from "./configuration-file.ts";
import { readInput } from "./input.ts";

const MAX_BYTES = 4096;
const OTHERS = 0o077;

/** The one line of a file that holds a secret. @throws {OsError} or LimitError */
export const readSecret = (path: string): string => Buffer.from(readInput(path, MAX_BYTES)).toString().trim();

/**
 * The content of a file, or of a pipe, that nobody but its owner can open.
 * @throws {UntrustedFile} when others can
 * @throws {OsError} or LimitError
 */
export const readPrivateFile = (path: string): Uint8Array =>
  readInput(path, MAX_BYTES, ({ mode }) => {
    if ((mode & OTHERS) === 0) return;
    const shown = (mode & 0o777).toString(8);
    throw new UntrustedFile(`the file is open to others (mode ${shown}; chmod 600 makes it yours alone)`);
  });
