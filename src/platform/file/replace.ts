import { OsError } from "../os-error.ts";
import { chmod, chown } from "./attributes.ts";
import { fsync, writeAll } from "./content.ts";
import { close, closingOnError } from "./descriptor.ts";
import { renameAt, statAt, unlinkAt } from "./directory.ts";
import { openAt } from "./open.ts";
import { fstat, sameFile } from "./status.ts";
import type { Fd } from "./types.ts";

const ATTEMPTS = 16;
const RANDOM_BYTES = 12;

/** A name that nobody can foresee, for what is made beside what it will replace. */
export const temporaryName = (): string =>
  `.remit-${Buffer.from(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))).toString("hex")}.tmp`;

/**
 * Makes a new file in a directory, under a name that nobody can foresee, open to read and write. Nobody else can open it
 * before it has its `mode`.
 */
export function createTemporary(dirFd: Fd, mode: number): { readonly fd: Fd; readonly name: string } {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const name = temporaryName();
    const fd = createNew(dirFd, name);
    if (fd === undefined) continue;
    return closingOnError(fd, () => {
      if (mode !== 0o600) chmod(fd, mode);
      return { fd, name };
    });
  }
  throw new OsError("EEXIST");
}

/**
 * Puts a new file in the place of `name`: whoever looks sees the old content or all of the new one, also after a loss of
 * power. `content` is what is written, or writes it. Returns the new file, open to read and write. When it fails,
 * what was there is unchanged.
 *
 * @param status permissions and special bits of the new file, and its owner and group where they shall be others than ours
 */
export function replaceContent(
  dirFd: Fd,
  name: string,
  content: Uint8Array | ((fd: Fd) => void),
  status: { readonly mode: number; readonly uid?: number; readonly gid?: number },
): Fd {
  const temporary = createTemporary(dirFd, 0o600);
  const { fd } = temporary;
  try {
    if (typeof content === "function") content(fd);
    else writeAll(fd, content, 0);
    // The owner first: changing it clears the set-user-ID bits.
    if (status.uid !== undefined || status.gid !== undefined) chown(fd, status.uid ?? -1, status.gid ?? -1);
    chmod(fd, status.mode);
    fsync(fd);
    renameAt(dirFd, temporary.name, dirFd, name);
    return fd;
  } catch (error) {
    removeOwn(dirFd, temporary);
    close(fd);
    throw error;
  }
}

function createNew(dirFd: Fd, name: string): Fd | undefined {
  try {
    return openAt(dirFd, name, { access: "read-write", create: true, exclusive: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof OsError && error.code === "EEXIST") return undefined;
    throw error;
  }
}

/** Removes a temporary file if its name is still its own; the error that led here is the one to report. */
export function removeOwn(dirFd: Fd, temporary: { readonly fd: Fd; readonly name: string }): void {
  try {
    if (sameFile(statAt(dirFd, temporary.name), fstat(temporary.fd))) unlinkAt(dirFd, temporary.name);
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
  }
}
