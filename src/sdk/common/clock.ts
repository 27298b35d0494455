import { DateTime } from "./date-time.ts";

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/**
 * What the monotonic clock, which counts nanoseconds, is behind the wall clock, which the runtime gives in
 * milliseconds only.
 */
let distance = BigInt(Date.now()) * NS_PER_MS - process.hrtime.bigint();

/** The current second. */
export const currentSecond = (): DateTime => DateTime.fromEpoch(wallTime() / NS_PER_SECOND);

/** The current time. */
export function currentTime(): DateTime {
  const time = wallTime();
  return DateTime.fromEpoch(time / NS_PER_SECOND, Number(time % NS_PER_SECOND));
}

/** Nanoseconds since 1970: the milliseconds of the wall clock, and the monotonic clock within them. */
function wallTime(): bigint {
  const start = BigInt(Date.now()) * NS_PER_MS;
  const estimate = process.hrtime.bigint() + distance;
  if (estimate < start) {
    // The wall clock is ahead, because it was set or because this began late in a millisecond.
    distance += start - estimate;
    return start;
  }
  const last = start + NS_PER_MS - 1n;
  if (estimate <= last) return estimate;
  distance -= estimate - last;
  return last;
}
