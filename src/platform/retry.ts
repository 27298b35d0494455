/** How soon something is tried again that failed. */
export interface Backoff {
  /** Bound of the wait after the first failure, in milliseconds; each further one doubles it. */
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Nobody waits longer than a day because a server says so. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Milliseconds to wait after so many failures in a row: any time up to a bound that doubles ("full jitter"), so that a
 * thousand that failed together do not come back together.
 */
export function backoffMs(failures: number, { firstMs, mostMs }: Backoff, random = Math.random): number {
  return random() * Math.min(mostMs, firstMs * 2 ** Math.max(failures - 1, 0));
}

/**
 * Milliseconds that `Retry-After` asks for (RFC 9110, section 10.2.3). A date is taken from that of the answer: the clock
 * of this machine may be wrong.
 */
export function retryAfterMs(
  retryAfter: string | undefined,
  date: string | undefined,
  now: number = Date.now(),
): number | undefined {
  const until = dateOf(retryAfter);
  const ms = until === undefined ? secondsOf(retryAfter) : until - (dateOf(date) ?? now);
  return ms === undefined ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

const secondsOf = (text = ""): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) * 1000 : undefined;

/** All forms of a date in HTTP begin with the day of the week. */
function dateOf(text = ""): number | undefined {
  const ms = /^[MTWFS][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
