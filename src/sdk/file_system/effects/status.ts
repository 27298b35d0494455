import { type Fd, type FileStatus, fstat, statAt } from "../../../platform/file.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

type Stat = Authorized<"file_system.stat">;

/** The status of what is open, which is at `path`. */
export function statusOfOpen(token: Stat, path: string, fd: Fd): FileStatus {
  expectFor(token, path);
  return fstat(fd);
}

/** The status of the entry `name` of an open directory, which is at `path`; of a link its own. */
export function statusOfEntry(token: Stat, path: string, dirFd: Fd, name: string): FileStatus {
  expectFor(token, path);
  return statAt(dirFd, name);
}

/** The inode of the link that is open; a listing of its directory would have shown it too. */
export function inodeOf(token: Authorized<"file_system.open">, path: string, fd: Fd): bigint {
  expectFor(token, path);
  return fstat(fd).ino;
}
