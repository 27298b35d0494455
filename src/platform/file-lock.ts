import { libc } from "./bun-ffi.ts";
import type { Fd } from "./file.ts";
import { OsError } from "./os-error.ts";

const EXCLUSIVE = 2;
const WITHOUT_WAITING = 4;
const UNLOCK = 8;

/** Takes and gives back the lock of an open file, which one process has at a time (`flock`). */
export interface FileLock {
  /** Waits until nobody else has it. A process that ends gives it back. */
  take(fd: Fd): void;
  /** As {@link take}, but false at once if another process has it. */
  tryTake(fd: Fd): boolean;
  release(fd: Fd): void;
}

/** Locks of files. @throws {OsError} ENOSYS where the C library cannot be called */
export function fileLock(): FileLock {
  const c = libc();
  if (c === undefined) throw new OsError("ENOSYS");
  const call = (fd: Fd, operation: number): boolean => {
    for (;;) {
      try {
        c.check(c.functions.flock(fd, operation));
        return true;
      } catch (error) {
        if (!(error instanceof OsError)) throw error;
        if (error.code === "EAGAIN") return false;
        if (error.code !== "EINTR") throw error;
      }
    }
  };
  return {
    take: (fd) => void call(fd, EXCLUSIVE),
    tryTake: (fd) => call(fd, EXCLUSIVE | WITHOUT_WAITING),
    release: (fd) => void call(fd, UNLOCK),
  };
}
