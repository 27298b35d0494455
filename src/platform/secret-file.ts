import type { Stats } from "node:fs";
import { expectOwn, UntrustedFile } from "./configuration-file.ts";
import { readInput } from "./input.ts";
import { OsError } from "./os-error.ts";

const MAX_BYTES = 4096;

/** Who must not be able to open the file. */
interface Closed {
  readonly refused: number;
  readonly whom: string;
  readonly advice: string;
}
const TO_EVERYBODY: Closed = { refused: 0o007, whom: "everybody", advice: "chmod o= takes that away" };
const TO_OTHERS: Closed = { refused: 0o077, whom: "others", advice: "chmod 600 makes it yours alone" };

/**
 * The one line of a file, or of a pipe, that holds a secret and is not open to everybody.
 * @throws {UntrustedFile} when it is
 * @throws {OsError} or LimitError
 */
export const readSecret = (path: string): string => readClosed(path, TO_EVERYBODY).toString().trim();

/**
 * The content of a file, or of a pipe, that nobody but its owner can open.
 * @throws {UntrustedFile} when others can
 * @throws {OsError} or LimitError
 */
export const readPrivateFile = (path: string): Uint8Array => readClosed(path, TO_OTHERS);

/**
 * The one line of a file that holds a secret of the agent: root's or ours, and nobody else can open it. It is read again
 * and again, so that a pipe, for whose end the agent would wait, is none.
 * @throws {UntrustedFile}
 * @throws {OsError} or LimitError
 */
export const readOwnSecret = (path: string): string =>
  readClosed(path, TO_OTHERS, expectOwnFile).toString().trim();

function expectOwnFile(status: Stats): void {
  if (!status.isFile()) throw new OsError("EINVAL");
  expectOwn(status);
}

function readClosed(path: string, to: Closed, expected: (status: Stats) => void = () => undefined): Buffer {
  const content = readInput(path, MAX_BYTES, (status) => {
    expected(status);
    const { mode } = status;
    if ((mode & to.refused) === 0) return;
    throw new UntrustedFile(
      `the file is open to ${to.whom} (mode ${(mode & 0o777).toString(8)}; ${to.advice})`,
    );
  });
  return Buffer.from(content);
}
