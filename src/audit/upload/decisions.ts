import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Fd } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { fileName, linesBackwards, numbersOf } from "../../platform/lines-backwards.ts";
import { OsError } from "../../platform/os-error.ts";
import { syncFile } from "../../platform/sync-file.ts";
import { LOG_NAME } from "../decision-log.ts";
import type { UploadFailure } from "../errors.ts";
import { sequenceOf } from "../record.ts";
import { BatchSize, readBatch } from "./batch.ts";
import { type Cursor, type DropReason, droppedTotal, loadCursor, restarted, saveCursor } from "./cursor.ts";
import type { Origin } from "./event.ts";
import { fits, type Step, stepsFrom } from "./follow.ts";

/** Sends a compressed batch, and says what went wrong if something did. */
export type SendBatch = (body: Uint8Array, signal: AbortSignal) => Promise<UploadFailure | undefined>;

/** How much of the log has not been sent. */
export interface Backlog {
  readonly queued: number;
  readonly droppedTotal: number;
  readonly oldestAgeS: number;
}

/** Refusals of a batch, and so, when it has one record only, of that record. */
const REFUSALS: { readonly [code: string]: DropReason } = { too_large: "too_large", rejected: "rejected" };
/** How often a record is refused before it is given up. */
const MAX_TRIES = 3;

const compress = promisify(gzip);

/**
 * Sends the decision log. The log itself is what waits to be sent; all that is kept beside it is how far it was, after
 * each batch that the central team has. So a batch may come twice, but none is left out, unless the log made room.
 */
export class DecisionUpload {
  private readonly size = new BatchSize();
  private tries = 0;
  private current: Cursor;
  /** What is on the disk. */
  private kept: Cursor | undefined;

  constructor(
    private readonly directory: Fd,
    private readonly origin: Origin,
    private readonly send: SendBatch,
  ) {
    const loaded = loadCursor(directory);
    this.current = fits(directory, loaded) ? loaded : restarted(loaded);
    // Nothing is written before something was sent.
    this.kept = this.current;
  }

  get cursor(): Cursor {
    return this.current;
  }

  /** Sends all that there is, until something goes wrong or `signal` says that it is enough. */
  async drain(signal: AbortSignal): Promise<UploadFailure | undefined> {
    while (!signal.aborted) {
      const batch = readBatch(this.directory, this.current, this.size, this.origin);
      if (batch.after === undefined) return this.keep();
      const body = await compress(batch.json);
      this.size.compressed(batch.bytes, body.length);
      if (body.length > LIMITS.uploadBytes && batch.events > 1) continue;
      const failure = batch.events === 0 ? undefined : await this.sendDurable(body, signal);
      if (failure === undefined) this.accepted(batch.after);
      else if (failure.code in REFUSALS && batch.events > 1) this.size.refused(batch.events);
      else return this.refused(failure, batch.after);
    }
    return undefined;
  }

  /** Records, and what they lack, from the place where the log was sent to its end. */
  backlog(now: number = Date.now()): Backlog {
    const next = this.nextRecord();
    const [newest] = linesBackwards(this.directory, LOG_NAME);
    const total = droppedTotal(next?.after ?? this.current);
    const record = next?.record;
    if (!record || !newest) return { queued: 0, droppedTotal: total, oldestAgeS: 0 };
    const ageMs = now - Date.parse(record.time);
    return {
      queued: Math.max(lastSequence(newest[0]) - record.seq + 1, 1),
      droppedTotal: total,
      oldestAgeS: Math.max(Math.floor(ageMs / 1000), 0),
    };
  }

  private nextRecord(): Step | undefined {
    for (const step of stepsFrom(this.directory, this.current)) if (step.record) return step;
    return undefined;
  }

  /** What this machine could lose with its power must not be behind the place: the place would be that of nothing. */
  private async sendDurable(body: Uint8Array, signal: AbortSignal): Promise<UploadFailure | undefined> {
    const [newest] = numbersOf(this.directory, LOG_NAME);
    if (newest !== undefined) await syncFile(this.directory, fileName(LOG_NAME, newest));
    return this.send(body, signal);
  }

  private accepted(after: Cursor): void {
    this.size.accepted();
    this.moveTo(after);
  }

  /**
   * A record that is refused by itself again and again is counted instead. The failure stands: whoever refuses everything
   * is not sent one record after the other.
   */
  private refused(failure: UploadFailure, after: Cursor): UploadFailure {
    const reason = REFUSALS[failure.code];
    if (reason === undefined || ++this.tries < MAX_TRIES) return failure;
    this.moveTo({ ...after, dropped: { ...after.dropped, [reason]: after.dropped[reason] + 1 } });
    return failure;
  }

  /** What cannot be kept is kept with the next batch; only a restart would repeat what was sent since. */
  private moveTo(after: Cursor): void {
    this.tries = 0;
    this.current = after;
    this.keep();
  }

  /** Writes nothing unless the place has moved. */
  private keep(): UploadFailure | undefined {
    if (this.current === this.kept) return undefined;
    try {
      saveCursor(this.directory, this.current);
      this.kept = this.current;
      return undefined;
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      const message = `the place in the decision log cannot be kept, a restart sends some of it again: ${error.message}`;
      return { code: "place_not_kept", message };
    }
  }
}

function lastSequence(line: string): number {
  try {
    return sequenceOf(Buffer.from(line));
  } catch {
    return 0;
  }
}
