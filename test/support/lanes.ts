/** Does a few things at the same time: a machine with two cores has no use for more, and others have tests, too. */
export class Lanes {
  private readonly lanes: Promise<unknown>[];
  private next = 0;

  constructor(count = 3) {
    this.lanes = Array.from({ length: count }, () => Promise.resolve());
  }

  /** Calls `action` when a lane is free. */
  run<T>(action: () => Promise<T>): Promise<T> {
    const lane = this.next++ % this.lanes.length;
    const done = (this.lanes[lane] ?? Promise.resolve()).then(action);
    this.lanes[lane] = done.catch(() => undefined);
    return done;
  }
}
