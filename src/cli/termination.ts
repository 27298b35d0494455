import { watchTermination } from "../platform/bun-termination.ts";

/** Time that a script has to end by itself after SIGTERM. */
const GRACE_MS = 10_000;
/** Asking is a system call, and the engine asks before every operation. */
const ASK_EVERY_MS = 10;

/** Tells the engine when to end the script, and why: some time after somebody asked this process to end. */
export function cancellation(): () => string | undefined {
  let asked: (() => boolean) | undefined;
  let since: number | undefined;
  let next = 0;
  return () => {
    const now = performance.now();
    if (now < next) return undefined;
    next = now + ASK_EVERY_MS;
    // Not before the engine asks for the first time: a short script is over by then.
    asked ??= watchTermination();
    if (since === undefined) {
      if (!asked()) return undefined;
      since = now;
    }
    return now - since < GRACE_MS ? undefined : "SIGTERM timeout exceeded";
  };
}
