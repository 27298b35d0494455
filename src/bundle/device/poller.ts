import type { BundleError } from "../errors.ts";
import { firstPollMs, nextPollMs, type Poll } from "../schedule.ts";

export interface PollerOptions {
  readonly poll: Poll;
  /** Asks once; gives what went wrong, if something did. */
  readonly ask: () => Promise<BundleError | undefined>;
  readonly random?: () => number;
}

/** Asks again and again, never twice at the same time. */
export class Poller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private failures = 0;
  private stopped = false;

  constructor(private options: PollerOptions) {}

  /** Begins: soon, but not all devices at once after a power cut; or at once. */
  start(atOnce = false): void {
    const { poll, random } = this.options;
    this.wait(atOnce ? 0 : firstPollMs(poll, random));
  }

  /** From now on it asks so often. */
  configure(poll: Poll): void {
    this.options = { ...this.options, poll };
  }

  /** Asks now, or when what goes on is over; what was planned is planned anew. */
  now(): Promise<BundleError | undefined> {
    clearTimeout(this.timer);
    return this.between(() => this.ask());
  }

  /** Does something else while nobody asks. */
  between<T>(action: () => Promise<T>): Promise<T> {
    const done = this.last.then(action);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Begins nothing any more, and returns when what goes on is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.last;
  }

  private async ask(): Promise<BundleError | undefined> {
    if (this.stopped) return undefined;
    const error = await this.options.ask();
    this.failures = error === undefined ? 0 : this.failures + 1;
    this.wait(nextPollMs(error, this.failures, this.options.poll, this.options.random));
    return error;
  }

  private wait(ms: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.now(), ms);
  }
}
