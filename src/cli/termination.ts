import { watchTermination } from "../platform/bun-termination.ts";

/** Time that a script has to end by itself after SIGTERM. */
const GRACE_MS = 10_000;

/** Tells the engine when to end the script, and why: some time after somebody asked this process to end. */
export function cancellation(): () => string | undefined {
  let asked: (() => boolean) | undefined;
  let since: number | undefined;
  return () => {
    // Not before the engine asks for the first time: a short script is over by then.
    asked ??= watchTermination();
    if (since === undefined) {
      if (!asked()) return undefined;
      since = performance.now();
    }
    return performance.now() - since < GRACE_MS ? undefined : "SIGTERM timeout exceeded";
  };
}
