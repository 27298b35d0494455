import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { readAll } from "./file/content.ts";
import { LIMITS } from "./limits.ts";
import { OsError, withOsErrors } from "./os-error.ts";

const WRITABLE_BY_ALL = 0o002;
const ROOT = 0;

/** Somebody else than the owner of this process could have written it, or can read what is secret in it. */
export class UntrustedFile extends Error {
  override readonly name = "UntrustedFile";
}

/** @throws {UntrustedFile} unless it is root's or ours */
export function expectOwn({ uid }: Stats): void {
  if (uid !== ROOT && uid !== process.geteuid?.()) {
    throw new UntrustedFile("the file belongs to another user");
  }
}

/**
 * The text of a configuration file. Who may write it says what the agent does, so it must be root's or ours.
 * @throws {OsError} also for what is no regular file
 * @throws {UntrustedFile}
 * @throws {LimitError}
 */
export function readConfigurationFile(path: string): string {
  return withOsErrors(() => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const status = fstatSync(fd);
      if (status.isDirectory()) throw new OsError("EISDIR");
      if (!status.isFile()) throw new OsError("EINVAL");
      expectOwn(status);
      if ((status.mode & WRITABLE_BY_ALL) !== 0) {
        throw new UntrustedFile("everybody may write to the file");
      }
      return new TextDecoder().decode(readAll(fd, LIMITS.configurationBytes));
    } finally {
      closeSync(fd);
    }
  });
}
