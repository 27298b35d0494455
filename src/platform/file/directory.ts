import { LIMITS } from "../limits.ts";
import { OsError } from "../os-error.ts";
import { kernel } from "./kernel.ts";
import { expectName } from "./open.ts";
import type { DirectoryEntry, Fd, FileStatus, RenameOptions } from "./types.ts";

/** The status of `name` in a directory; of a link, its own. */
export function statAt(dirFd: Fd, name: string): FileStatus {
  expectName(name);
  return kernel().statAt(dirFd, name);
}

/** All names in a directory, in the order of the file system. LimitError when there are too many. */
export function listNames(dirFd: Fd): DirectoryEntry[] {
  return kernel().list(dirFd, LIMITS.directoryEntries);
}

/** Where the link `name` points to, as it was written. EINVAL if it is no link. */
export function readLinkAt(dirFd: Fd, name: string): string {
  expectName(name);
  return kernel().readLinkAt(dirFd, name);
}

/** Makes a directory, with the permissions `mode` before the umask. */
export function mkdirAt(dirFd: Fd, name: string, mode: number): void {
  expectName(name);
  kernel().mkdirAt(dirFd, name, mode & 0o777);
}

/** Removes a name: of an empty directory with `directory`, else of anything but a directory. */
export function unlinkAt(dirFd: Fd, name: string, options: { readonly directory?: boolean } = {}): void {
  expectName(name);
  kernel().unlinkAt(dirFd, name, options.directory ?? false);
}

export function renameAt(
  fromDir: Fd,
  from: string,
  toDir: Fd,
  to: string,
  options: RenameOptions = {},
): void {
  expectName(from);
  expectName(to);
  kernel().renameAt(fromDir, from, toDir, to, options);
}

/** Makes the link `name` with `target`, any text, as what it points to. */
export function symlinkAt(target: string, dirFd: Fd, name: string): void {
  expectName(name);
  if (target === "") throw new OsError("ENOENT");
  if (target.includes("\0")) throw new OsError("EINVAL");
  kernel().symlinkAt(target, dirFd, name);
}
