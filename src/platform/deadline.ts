import { Cancelled, LimitError } from "./limits.ts";

const never = (): undefined => undefined;

let cancelled: () => string | undefined = never;
let end = Number.POSITIVE_INFINITY;
let maximum = 0;

/**
 * From now on the run has `milliseconds`, and ends when `reason` gives one. The engine keeps to that itself; this is for
 * one long call of the host.
 * @param laterMs so much later a call is ended, so that the engine knows already that the time is up
 */
export function beginTime(milliseconds: number, reason: () => string | undefined = never, laterMs = 0): void {
  cancelled = reason;
  end = performance.now() + milliseconds + laterMs;
  maximum = milliseconds;
}

/** Milliseconds that the run has left. */
export const timeLeft = (): number => Math.max(end - performance.now(), 0);

/** The limit that a call meets that takes all that is left. */
export const outOfTime = (): LimitError => new LimitError("timeMs", maximum);

/** Asked between the pieces of long work. @throws {LimitError} when the run is over */
export function expectTime(): void {
  if (performance.now() >= end) throw outOfTime();
}

/** Asked while a call waits for something. @throws {Cancelled} */
export function expectNotCancelled(): void {
  const reason = cancelled();
  if (reason !== undefined) throw new Cancelled(reason);
}
