import { type Fd, statAt } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { fileName, numbersOf } from "../../platform/lines-backwards.ts";
import { linesForwards, type PlacedLine } from "../../platform/lines-forwards.ts";
import { hash, LOG_NAME } from "../decision-log.ts";
import type { Cursor } from "./cursor.ts";
import { parseLine, type RecordLine } from "./record-line.ts";

/** A line after a cursor, and the cursor after it. */
export interface Step {
  /** Absent where the line is no record. */
  readonly record: RecordLine | undefined;
  /** Of the line, in hex. */
  readonly hash: string;
  /** Of the line, in bytes. */
  readonly length: number;
  readonly after: Cursor;
}

/** The lines of the log after `cursor`, the oldest first. */
export function* stepsFrom(directory: Fd, cursor: Cursor): Generator<Step> {
  let before = cursor;
  for (const line of linesForwards(directory, LOG_NAME, LIMITS.decisionBytes, cursor.place)) {
    const step = stepOver(before, line);
    before = step.after;
    yield step;
  }
}

/** Goes over one line: what of the chain is missing before it is counted. */
function stepOver(before: Cursor, { bytes, end }: PlacedLine): Step {
  const record = parseLine(bytes);
  const line = { record, hash: hash(bytes), length: bytes.length };
  // Where it is in place of a record, that one is missing, which the next record shows.
  if (!record) return { ...line, after: { ...before, place: end, breaks: before.breaks + 1 } };
  const after = { ...before, place: end, last: { seq: record.seq, hash: line.hash } };
  const { last, place } = before;
  if (last === undefined || follows(last, record)) return { ...line, after };
  const gap = Math.max(record.seq - last.seq - 1, 0);
  // Whole files make room, the oldest first; within one nothing does.
  const reason = end.file === place?.file ? "missing" : "rotated";
  const breaks = before.breaks + (reason === "missing" || gap === 0 ? 1 : 0);
  const dropped = { ...before.dropped, [reason]: before.dropped[reason] + gap };
  return { ...line, after: { ...after, dropped, breaks } };
}

const follows = (last: { readonly seq: number; readonly hash: string }, { seq, prev }: RecordLine): boolean =>
  seq === last.seq + 1 && prev === last.hash;

/**
 * Whether the log goes on after `cursor`; otherwise it is another log than the one that was sent. Asked when an agent
 * starts: a log that breaks while it runs is that log all the same.
 */
export function fits(directory: Fd, { place, last }: Cursor): boolean {
  if (place === undefined) return true;
  const numbers = numbersOf(directory, LOG_NAME);
  if (!numbers.includes(place.file)) return numbers.some((number) => number > place.file);
  if (statAt(directory, fileName(LOG_NAME, place.file)).size < place.offset) return false;
  const [next] = linesForwards(directory, LOG_NAME, LIMITS.decisionBytes, place);
  if (next === undefined || next.end.file !== place.file || last === undefined) return true;
  const record = parseLine(next.bytes);
  return record !== undefined && follows(last, record);
}
