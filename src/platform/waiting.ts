import { OsError, withOsErrors } from "./os-error.ts";

const MAX_PAUSE_MS = 50;

/** Calls `call` again while its descriptor is one that does not wait, and has nothing or no room. */
export function waiting(call: () => number): number {
  for (let pause = 1; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
    try {
      return withOsErrors(call);
    } catch (error) {
      if (!(error instanceof OsError) || (error.code !== "EAGAIN" && error.code !== "EINTR")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}

/** The result of `call`, or 0 if a signal came in between. */
export function unlessInterrupted(call: () => number): number {
  try {
    return call();
  } catch (error) {
    if (error instanceof OsError && error.code === "EINTR") return 0;
    throw error;
  }
}
