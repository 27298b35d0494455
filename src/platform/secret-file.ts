import { UntrustedFile } from "./configuration-file.ts";
import { readInput } from "./input.ts";

const MAX_BYTES = 4096;

/**
 * The one line of a file, or of a pipe, that holds a secret and is not open to everybody.
 * @throws {UntrustedFile} when it is
 * @throws {OsError} or LimitError
 */
export const readSecret = (path: string): string =>
  readClosed(path, 0o007, "everybody", "chmod o= takes that away").toString().trim();

/**
 * The content of a file, or of a pipe, that nobody but its owner can open.
 * @throws {UntrustedFile} when others can
 * @throws {OsError} or LimitError
 */
export const readPrivateFile = (path: string): Uint8Array =>
  readClosed(path, 0o077, "others", "chmod 600 makes it yours alone");

function readClosed(path: string, refused: number, whom: string, advice: string): Buffer {
  const content = readInput(path, MAX_BYTES, ({ mode }) => {
    if ((mode & refused) === 0) return;
    throw new UntrustedFile(`the file is open to ${whom} (mode ${(mode & 0o777).toString(8)}; ${advice})`);
  });
  return Buffer.from(content);
}
