import { libc } from "./bun-ffi.ts";
import type { Fd } from "./file.ts";
import { OsError } from "./os-error.ts";

const EXCLUSIVE = 2;
const WITHOUT_WAITING = 4;
const UNLOCK = 8;
/** Between two tries, in milliseconds: those who have it need it for less. */
const LEAST_PAUSE_MS = 0.05;
const MOST_PAUSE_MS = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Takes and gives back the lock of an open file, which one process has at a time (`flock`). */
export interface FileLock {
  /** Waits until nobody else has it. A process that ends gives it back. */
  take(fd: Fd): void;
  /** As {@link take}, but false if another process has it for so long: one that was stopped, perhaps, and never goes on. */
  takeWithin(fd: Fd, ms: number): boolean;
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
  const tryTake = (fd: Fd): boolean => call(fd, EXCLUSIVE | WITHOUT_WAITING);
  return {
    take: (fd) => void call(fd, EXCLUSIVE),
    takeWithin: (fd, ms) => {
      const end = performance.now() + ms;
      for (let pause = LEAST_PAUSE_MS; !tryTake(fd); pause = Math.min(2 * pause, MOST_PAUSE_MS)) {
        if (performance.now() >= end) return false;
        Atomics.wait(sleeper, 0, 0, pause);
      }
      return true;
    },
    tryTake,
    release: (fd) => void call(fd, UNLOCK),
  };
}
