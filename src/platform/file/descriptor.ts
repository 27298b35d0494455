import { closeSync, openSync } from "node:fs";
import { withOsErrors } from "../os-error.ts";
import { STEP } from "./flags.ts";
import type { Fd } from "./types.ts";

/** Closes `fd`. The descriptor is gone even when this fails. */
export function close(fd: Fd): void {
  withOsErrors(() => closeSync(fd));
}

/** The root of the file system. */
export function openRoot(): Fd {
  return withOsErrors(() => openSync("/", STEP));
}

/** Calls `action` with `fd`, and closes it in any case. */
export function closing<T>(fd: Fd, action: (fd: Fd) => T): T {
  try {
    return action(fd);
  } finally {
    close(fd);
  }
}

/** Calls `action` with `fd`, and closes it only if that fails. */
export function closingOnError<T>(fd: Fd, action: (fd: Fd) => T): T {
  try {
    return action(fd);
  } catch (error) {
    close(fd);
    throw error;
  }
}
