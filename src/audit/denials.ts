import type { Fd } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import { linesBackwards, type Place } from "../platform/lines-backwards.ts";
import { LOG_NAME } from "./decision-log.ts";
import type { DecisionEntry, LogRecord } from "./record.ts";

export type DenialRecord = Extract<LogRecord, DecisionEntry>;

export interface DenialsQuery {
  /** Cedar uid of the principal; those of all otherwise. */
  readonly principal?: string;
  /** None that is older. */
  readonly since?: Date;
  /** Where an earlier page ended. */
  readonly before?: Place;
  readonly limit: number;
}

export interface DenialsPage {
  readonly denials: readonly DenialRecord[];
  /** Where the next page begins, if there may be one; this one may be empty all the same. */
  readonly next: Place | undefined;
}

const TIME = /"time":"([^"]+)"/;
const DENIED = '"decision":"deny"';

/** What was denied, the newest first, as the decision log has it. Each page looks at so many bytes of it, no more. */
export function denialsOf(directory: Fd, { principal, since, before, limit }: DenialsQuery): DenialsPage {
  const denials: DenialRecord[] = [];
  const oldest = since?.toISOString() ?? "";
  let bytes = 0;
  for (const [line, place] of linesBackwards(directory, LOG_NAME, before)) {
    // Times of one form, in UTC: their order is that of their text.
    if ((TIME.exec(line)?.[1] ?? "") < oldest) return { denials, next: undefined };
    const record = line.includes(DENIED) ? denialIn(line) : undefined;
    if (record && (principal === undefined || record.principal === principal)) denials.push(record);
    bytes += line.length;
    if (denials.length >= limit || bytes > LIMITS.denialsScanBytes) return { denials, next: place };
  }
  return { denials, next: undefined };
}

function denialIn(line: string): DenialRecord | undefined {
  try {
    // Written by this very program, or else it is skipped: the chain says what was changed.
    const record = JSON.parse(line) as LogRecord;
    return record.kind === "decision" && record.decision === "deny" ? record : undefined;
  } catch {
    return undefined;
  }
}
