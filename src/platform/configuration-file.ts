import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { readAll } from "./file/content.ts";
import { LIMITS } from "./limits.ts";
import { OsError, withOsErrors } from "./os-error.ts";

const WRITABLE_BY_ALL = 0o002;
const OPEN_TO_OTHERS = 0o077;
const ROOT = 0;
const SECRET_BYTES = 4096;

/** Somebody else than the owner of this process could have written it, or can read what is secret in it. */
export class UntrustedFile extends Error {
  override readonly name = "UntrustedFile";
}

/**
 * The text of a configuration file. Who may write it says what the agent does, so it must be root's or ours.
 * @throws {OsError} also for what is no regular file
 * @throws {UntrustedFile}
 * @throws {LimitError}
 */
export const readConfigurationFile = (path: string): string =>
  readOwnFile(path, WRITABLE_BY_ALL, "everybody may write to the file", LIMITS.configurationBytes);

/** The one line of a file that holds a secret, which nobody else may read. Throws as {@link readConfigurationFile}. */
export const readPrivateSecret = (path: string): string =>
  readOwnFile(path, OPEN_TO_OTHERS, "the file is open to others (it takes mode 600)", SECRET_BYTES).trim();

/** @param refused bits of the mode that it must not have, and `why` not */
function readOwnFile(path: string, refused: number, why: string, maxBytes: number): string {
  return withOsErrors(() => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const status = fstatSync(fd);
      if (status.isDirectory()) throw new OsError("EISDIR");
      if (!status.isFile()) throw new OsError("EINVAL");
      if (status.uid !== ROOT && status.uid !== process.geteuid?.()) {
        throw new UntrustedFile("the file belongs to another user");
      }
      if ((status.mode & refused) !== 0) throw new UntrustedFile(why);
      return new TextDecoder().decode(readAll(fd, maxBytes));
    } finally {
      closeSync(fd);
    }
  });
}
