import type { BundleLimits } from "../bundle/content/metadata.ts";
import type { PoolOptions } from "./pool.ts";

/** A limit of the owner, and the one of a bundle: the bundle's counts where it is less. */
export const narrower = (own: number, limit: number | undefined): number => Math.min(own, limit ?? own);

/** The owner's options as the limits of a bundle narrow them; none becomes larger. */
export function narrowed<T extends PoolOptions & { readonly approvalMs: number }>(
  options: T,
  limits: BundleLimits,
): T {
  const concurrency = narrower(options.concurrency, limits.concurrency);
  return {
    ...options,
    concurrency,
    warm: Math.min(options.warm, concurrency),
    queue: narrower(options.queue, limits.queue),
    approvalMs: narrower(options.approvalMs, limits.approval_ms),
  };
}
