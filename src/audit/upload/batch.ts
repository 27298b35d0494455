import type { Fd } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import type { Cursor } from "./cursor.ts";
import { eventOf, type Origin } from "./event.ts";
import { stepsFrom } from "./follow.ts";

/** Records that are sent together. */
export interface Batch {
  /** A JSON array. */
  readonly json: string;
  readonly events: number;
  /** Of the array. */
  readonly bytes: number;
  /** Where the log goes on after it; `undefined` when nothing was there. */
  readonly after: Cursor | undefined;
}

/** The records after `cursor`, as many as `size` takes, and one at least. */
export function readBatch(directory: Fd, cursor: Cursor, size: BatchSize, origin: Origin): Batch {
  const events: string[] = [];
  let after: Cursor | undefined;
  let bytes = 0;
  for (const step of stepsFrom(directory, cursor)) {
    const event = step.record && eventOf(step.record, step.hash, origin);
    // Lines that are no records are looked at, and that has a bound, too.
    const length = event === undefined ? step.length : Buffer.byteLength(event) + 1;
    if (bytes > 0 && bytes + length > size.plainBytes) break;
    bytes += length;
    after = step.after;
    if (event !== undefined) events.push(event);
    if (events.length >= size.events) break;
  }
  return { json: `[${events.join(",")}]`, events: events.length, bytes, after };
}

/** Of what is compressed next, a little less is taken than what would just have fitted before. */
const CAUTION = 0.9;
const FIRST_RATIO = 4;
const GROWTH = 1.1;

/** How much is taken for a batch, as far as can be foreseen: its bound is one of compressed bytes. */
export class BatchSize {
  private ratio = FIRST_RATIO;
  /** Fewer after the central team refused a batch, to find the record because of which. */
  events = Number.POSITIVE_INFINITY;

  get plainBytes(): number {
    return Math.min(LIMITS.uploadBytes * this.ratio * CAUTION, LIMITS.uploadPlainBytes);
  }

  /** What came of so many bytes. */
  compressed(plain: number, bytes: number): void {
    this.ratio = plain / bytes;
  }

  /** Slowly more again: whoever takes half of a batch may always do. */
  accepted(): void {
    this.events = Math.ceil(this.events * GROWTH);
  }

  refused(events: number): void {
    this.events = Math.max(1, Math.floor(events / 2));
  }
}
