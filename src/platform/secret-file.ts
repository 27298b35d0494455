import { UntrustedFile } from "./configuration-file.ts";
import { readInput } from "./input.ts";

const MAX_BYTES = 4096;
const EVERYBODY = 0o007;
const OTHERS = 0o077;

/** Everybody on this machine can get at a secret. */
export class ExposedSecret extends Error {
  override readonly name = "ExposedSecret";
  constructor(mode: number) {
    super(`it is open to everybody (mode ${(mode & 0o777).toString(8)}); chmod o= takes that away`);
  }
}

/**
 * The one line of a file that holds a secret.
 * @throws {OsError} or LimitError
 * @throws {ExposedSecret}
 */
export const readSecret = (path: string): string =>
  Buffer.from(
    readInput(path, MAX_BYTES, ({ mode }) => {
      if ((mode & EVERYBODY) !== 0) throw new ExposedSecret(mode);
    }),
  )
    .toString()
    .trim();

/**
 * All of a file that nobody but its owner can open, as it is; also of a pipe.
 * @throws {UntrustedFile} when others can
 * @throws {OsError} or LimitError
 */
export const readPrivateFile = (path: string): Uint8Array =>
  readInput(path, MAX_BYTES, ({ mode }) => {
    if ((mode & OTHERS) === 0) return;
    const shown = (mode & 0o777).toString(8);
    throw new UntrustedFile(`the file is open to others (mode ${shown}; chmod 600 makes it yours alone)`);
  });
