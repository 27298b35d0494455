import { createHash } from "node:crypto";
import type { Fd } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import { SharedLines } from "../platform/shared-lines.ts";
import { AuditError } from "./errors.ts";
import { BEGINNING, type Entry, encode, sequenceOf } from "./record.ts";

export const LOG_NAME = "decisions";
/** More than a slow disk takes. A runner that was stopped while it wrote must not make the agent stand still with it. */
const WAIT_MS = 5000;

/**
 * The decision log of a state directory: one record a line, each with the hash of the one before it, so that none can
 * be changed, left out or put in between unseen. Several processes write to the same log.
 */
export class DecisionLog {
  private readonly lines: SharedLines;

  /**
   * @param directory stays the caller's, and open as long as the log is
   * @param maxBytes of all files together
   * @param waitMs how long another process may keep this one from writing
   */
  constructor(
    directory: Fd,
    maxBytes: number = LIMITS.decisionFileBytes * LIMITS.decisionFiles,
    waitMs: number = WAIT_MS,
  ) {
    this.lines = new SharedLines(directory, LOG_NAME, {
      lineBytes: LIMITS.decisionBytes,
      fileBytes: Math.floor(maxBytes / LIMITS.decisionFiles),
      files: LIMITS.decisionFiles,
      waitMs,
    });
  }

  /** Writes `entry`, and returns when it is written. @throws {AuditError} when it is not: then nothing may happen */
  write(entry: Entry): void {
    try {
      this.lines.append((last) => {
        const [seq, prev] = last ? [sequenceOf(last) + 1, hash(last)] : [1, BEGINNING];
        return encode(entry, seq, prev, new Date());
      });
    } catch (cause) {
      throw new AuditError({ cause });
    }
  }

  /** As {@link write}, and returns when it is on the disk: for what must outlast a loss of power. */
  writeDurably(entry: Entry): void {
    this.write(entry);
    try {
      this.lines.sync();
    } catch (cause) {
      throw new AuditError({ cause });
    }
  }

  /** Whether a record could be written now, as far as can be told without writing one. */
  isWritable(): boolean {
    try {
      this.lines.expectWritable();
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.lines.close();
  }
}

export const hash = (line: Uint8Array): string => createHash("sha256").update(line).digest("hex");
