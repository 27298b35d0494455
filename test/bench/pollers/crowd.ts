import { firstPollMs, nextPollMs, POLL, type Poll } from "../../../src/bundle/schedule.ts";
import type { Poller } from "./poller.ts";

/** So much faster than devices all of them ask: a thousand are as many as this times a thousand. */
export const HASTE = 60;
const HASTY: Poll = { ...POLL, intervalMs: POLL.intervalMs / HASTE, firstMs: POLL.firstMs / HASTE };

/** The longest that a poller waits between two polls, in milliseconds. */
export const LONGEST_MS = HASTY.intervalMs * (1 + HASTY.spread);
/** By then all have begun. */
export const FIRST_MS = HASTY.firstMs;

/** A poll that is over. */
export interface Polled {
  /** Milliseconds of `performance.now()` at its end. */
  readonly at: number;
  readonly milliseconds: number;
  readonly isUpdate: boolean;
}

/** Pollers, each of which asks again and again, at times by the schedule of devices. */
export class Crowd {
  readonly polls: Polled[] = [];
  readonly errors: string[] = [];
  private isOver = false;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  private readonly going = new Set<Promise<void>>();

  constructor(private readonly pollers: readonly Poller[]) {}

  start(): void {
    for (const poller of this.pollers) this.later(poller, firstPollMs(HASTY));
  }

  /** Nobody asks any more; returns when all answers are there. */
  async stop(): Promise<void> {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.going);
    for (const poller of this.pollers) poller.close();
  }

  private later(poller: Poller, ms: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const poll = this.poll(poller).finally(() => this.going.delete(poll));
      this.going.add(poll);
    }, ms);
    this.timers.add(timer);
  }

  private async poll(poller: Poller): Promise<void> {
    const began = performance.now();
    try {
      const isUpdate = await poller.poll();
      const at = performance.now();
      this.polls.push({ at, milliseconds: at - began, isUpdate });
    } catch (error) {
      this.errors.push(error instanceof Error ? error.message : String(error));
    }
    // One that failed does not ask sooner: the load is to be as it was meant.
    if (!this.isOver) this.later(poller, nextPollMs(undefined, 0, HASTY));
  }
}
