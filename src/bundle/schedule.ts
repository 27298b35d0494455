import { backoffMs } from "../platform/retry.ts";
import type { BundleError, BundleErrorCode } from "./errors.ts";

/** When a repository is asked, in milliseconds. */
export interface Poll {
  readonly intervalMs: number;
  /** The part of the interval by which it is shorter or longer, so that devices do not ask together. */
  readonly spread: number;
  /** The first time is within this: after a power cut all devices start together. */
  readonly firstMs: number;
  readonly backoff: { readonly firstMs: number; readonly mostMs: number };
}

export const POLL: Poll = {
  intervalMs: 300_000,
  spread: 0.2,
  firstMs: 60_000,
  backoff: { firstMs: 5000, mostMs: 3_600_000 },
};

/**
 * What only an attack or a grave mistake explains: it is told at once. It is in the repository, and trying again soon
 * changes nothing.
 */
const ALARMS: readonly BundleErrorCode[] = [
  "metadata_invalid",
  "bad_signature",
  "rollback",
  "expired",
  "mismatch",
];

export const isAlarm = ({ code }: BundleError): boolean => ALARMS.includes(code);

/** How long to wait before the repository is asked for the first time. */
export const firstPollMs = ({ firstMs }: Poll = POLL, random = Math.random): number => random() * firstMs;

/**
 * How long to wait before it is asked again.
 * @param error what went wrong this time
 * @param failures how often in a row something went wrong, this time included
 */
export function nextPollMs(
  error: BundleError | undefined,
  failures: number,
  poll: Poll = POLL,
  random = Math.random,
): number {
  const { intervalMs, spread, backoff } = poll;
  if (error === undefined || isAlarm(error)) return intervalMs + intervalMs * spread * (2 * random() - 1);
  // Not earlier than the server wants, and not all at the same moment.
  if (error.retryAfterMs !== undefined) return error.retryAfterMs * (1 + spread * random());
  return backoffMs(failures, backoff, random);
}
