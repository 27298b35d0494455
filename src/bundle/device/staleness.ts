/** What an owner wants to come of policies that nobody has renewed. Ages are in seconds. */
export interface StalePolicy {
  /** Age of the repository's last word above which the agent warns. */
  readonly warn_s: number;
  /** Age above which it acts. */
  readonly after_s: number;
  /** What it does then: goes on, denies everything, or takes the owner's own policy. */
  readonly action: "keep" | "deny" | "fallback";
}

/** When the repository last said something, by both clocks of the device. */
export interface LastWord {
  /** When the newest timestamp metadata that was accepted says that it was signed, in milliseconds since 1970. */
  readonly issuedMs: number;
  /** When it was last heard of in this process, or when the process began, in milliseconds of a clock that is never set. */
  readonly heardMs: number;
}

export interface Now {
  /** In milliseconds since 1970; may be wrong. */
  readonly systemMs: number;
  /** Of the clock that is never set. */
  readonly monotonicMs: number;
}

export type Freshness = "fresh" | "warn" | "stale";

/**
 * How old the last word is, in seconds. The system's clock may stand still in 1970 or be set back; then the time that this
 * process has waited counts. A clock that is far ahead makes everything old: that is a denial of service at worst.
 */
export function ageOf({ issuedMs, heardMs }: LastWord, { systemMs, monotonicMs }: Now): number {
  return Math.max(0, systemMs - issuedMs, monotonicMs - heardMs) / 1000;
}

export function freshnessOf(ageSeconds: number, { warn_s, after_s }: StalePolicy): Freshness {
  if (ageSeconds > after_s) return "stale";
  return ageSeconds > warn_s ? "warn" : "fresh";
}
