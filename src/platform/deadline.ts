import { LimitError } from "./limits.ts";

let end = Number.POSITIVE_INFINITY;
let maximum = 0;

/** From now on the run has `milliseconds`. The engine keeps to that itself; this is for one long call of the host. */
export function beginTime(milliseconds: number): void {
  end = performance.now() + milliseconds;
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
