import { functionsOfC } from "./bun-ffi.ts";
import type { Fd } from "./file.ts";
import { OsError, osError } from "./os-error.ts";

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

let loaded: FileLock | undefined;

/** Locks of files. @throws {OsError} ENOSYS where the C library cannot be called */
export function fileLock(): FileLock {
  loaded ??= load();
  return loaded;
}

function load(): FileLock {
  const library = functionsOfC({
    flock: { args: ["i32", "i32"], returns: "i32" },
    [process.platform === "darwin" ? "__error" : "__errno_location"]: { args: [], returns: "ptr" },
  });
  const { flock } = library?.symbols ?? {};
  const errno = library?.symbols["__errno_location"] ?? library?.symbols["__error"];
  if (library === undefined || flock === undefined || errno === undefined) throw new OsError("ENOSYS");
  const call = (fd: Fd, operation: number): void => {
    while (flock(fd, operation) === -1) {
      const error = osError(library.ffi.read.i32(errno() as never, 0));
      if (error.code !== "EINTR") throw error;
    }
  };
  return {
    take: (fd) => call(fd, EXCLUSIVE),
    tryTake: (fd) => {
      try {
        call(fd, EXCLUSIVE | WITHOUT_WAITING);
        return true;
      } catch (error) {
        if (error instanceof OsError && error.code === "EAGAIN") return false;
        throw error;
      }
    },
    release: (fd) => call(fd, UNLOCK),
  };
}
