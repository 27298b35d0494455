import { chmodSync, chownSync, fchmodSync, fchownSync } from "node:fs";
import { LIMITS } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { kernel } from "./kernel.ts";
import { expectName } from "./open.ts";
import type { Fd, FileTimes } from "./types.ts";

/** Owner or group that stays as it is. */
const UNCHANGED = -1;
const MAX_ID = 0xffff_fffe;

/** Sets permissions and special bits. */
export function chmod(fd: Fd, mode: number): void {
  onDescriptor(
    fd,
    () => fchmodSync(fd, mode & 0o7777),
    (path) => chmodSync(path, mode & 0o7777),
  );
}

/** Sets owner and group; -1 leaves one as it is. */
export function chown(fd: Fd, uid: number, gid: number): void {
  expectIds(uid, gid);
  onDescriptor(
    fd,
    () => fchownSync(fd, uid, gid),
    (path) => chownSync(path, uid, gid),
  );
}

/** Sets owner and group of `name`, if it is a link those of the link. */
export function chownLinkAt(dirFd: Fd, name: string, uid: number, gid: number): void {
  expectName(name);
  expectIds(uid, gid);
  kernel().chownLinkAt(dirFd, name, uid, gid);
}

export function setTimes(fd: Fd, times: FileTimes): void {
  kernel().setTimes(fd, times);
}

/** Sets the extended attribute `name`, with its prefix, such as `user.note`. */
export function setXattr(fd: Fd, name: string, value: Uint8Array): void {
  if (value.length > LIMITS.attributeBytes) throw new OsError("E2BIG");
  kernel().setXattr(fd, name, value);
}

/** The value of an extended attribute. ENODATA when there is none of this name. */
export function getXattr(fd: Fd, name: string): Uint8Array {
  return kernel().getXattr(fd, name);
}

function expectIds(...ids: readonly number[]): void {
  for (const id of ids) {
    if (!Number.isInteger(id) || id < UNCHANGED || id > MAX_ID) throw new OsError("EINVAL");
  }
}

/** A descriptor with access `path` allows changes only by its name in /proc, which leads to the file that it holds. */
function onDescriptor(fd: Fd, byFd: () => void, byPath: (path: string) => void): void {
  try {
    withOsErrors(byFd);
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "EBADF" || process.platform !== "linux") throw error;
    withOsErrors(() => byPath(`/proc/self/fd/${fd}`));
  }
}
