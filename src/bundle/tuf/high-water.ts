/** What was trusted once, so that nothing older is ever taken: versions (0 is none), and the time. */
export interface HighWater {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  /** Of the top role `targets`. */
  readonly targets: number;
  /** It is not earlier than this, whatever the clock says. */
  readonly time: Date;
}

/** Nothing was trusted yet. */
export const lowWater = (time: Date): HighWater => ({ root: 0, timestamp: 0, snapshot: 0, targets: 0, time });

/** By so much two clocks may differ without one being wrong, in milliseconds. */
const CLOCK_SKEW_MS = 300_000;

/** Whether the clock of the system is before a time that was signed. */
export const isClockSuspect = (system: Date, { time }: HighWater): boolean =>
  time.getTime() - system.getTime() > CLOCK_SKEW_MS;

/** Whether `mark` is from before `other`. A newer root decides alone: it may have set back the others (TUF 5.3.11). */
export function isBehind(mark: HighWater, other: HighWater): boolean {
  if (mark.root !== other.root) return mark.root < other.root;
  return mark.timestamp < other.timestamp || mark.snapshot < other.snapshot || mark.targets < other.targets;
}
