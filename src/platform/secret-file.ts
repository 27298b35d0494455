import { readInput } from "./input.ts";

const MAX_BYTES = 4096;
const OTHERS = 0o007;

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
      if ((mode & OTHERS) !== 0) throw new ExposedSecret(mode);
    }),
  )
    .toString()
    .trim();
