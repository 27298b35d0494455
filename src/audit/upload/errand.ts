import { backoffMs } from "../../platform/retry.ts";
import type { UploadFailure } from "../errors.ts";

/** The longest wait after failures, unless the central team asks for a longer one. */
const BACKOFF = { firstMs: 100, mostMs: 600_000 };

/** Something that is done again and again: at its leisure while it works, sooner after a failure, never twice at once. */
export class Errand {
  /** What went wrong the last time, if something did. */
  failure: UploadFailure | undefined;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | undefined;
  private isWanted = false;
  private isOver = false;

  /**
   * @param perform says what went wrong if something did, as what it throws does
   * @param pauseMs until the next time after it worked
   * @param turned is told when it begins to fail, and when it works again
   */
  constructor(
    private readonly perform: () => Promise<UploadFailure | undefined>,
    private readonly pauseMs: () => number,
    private readonly turned: (failure: UploadFailure | undefined) => void,
  ) {}

  begin(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.go(), afterMs);
    // What is still to be told keeps no process alive.
    this.timer.unref();
  }

  /** Does it now, or once more if it is being done; after a failure not before its time. */
  hasten(): void {
    if (this.running) this.isWanted = true;
    else if (this.failure === undefined && !this.isOver) this.begin(0);
  }

  /** Does it for the last time, after what is being done, unless the central team wants to be left alone. */
  async finish(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    await this.running;
    if (this.failure?.retryAfterMs === undefined) await this.attempt();
  }

  private async go(): Promise<void> {
    this.isWanted = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.running = promise;
    await this.attempt();
    this.running = undefined;
    resolve();
    if (this.isOver) return;
    if (this.failure === undefined) this.begin(this.isWanted ? 0 : this.pauseMs());
    else this.begin(Math.max(this.failure.retryAfterMs ?? 0, backoffMs(this.failures, BACKOFF)));
  }

  private async attempt(): Promise<void> {
    const before = this.failure;
    try {
      this.failure = await this.perform();
    } catch (error) {
      // Nobody waits who could be told, and a report is no reason for the agent to end.
      const message = error instanceof Error ? error.message : String(error);
      this.failure = { code: "fault", message };
    }
    this.failures = this.failure === undefined ? 0 : this.failures + 1;
    if (this.failure?.code !== before?.code) this.turned(this.failure);
  }
}
