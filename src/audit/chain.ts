import type { Fd } from "../platform/file.ts";
import { LIMITS } from "../platform/limits.ts";
import { fileName } from "../platform/lines-backwards.ts";
import { linesForwards } from "../platform/lines-forwards.ts";
import { hash, LOG_NAME } from "./decision-log.ts";
import { BEGINNING } from "./record.ts";
import { parseLine } from "./upload/record-line.ts";

/** A record by what chains it. */
export interface Link {
  readonly seq: number;
  /** SHA-256 of its line, in hex. */
  readonly hash: string;
}

/** The records of a decision log that follow from each other; older ones made room. */
export interface Chain {
  readonly records: number;
  readonly first?: number;
  readonly last?: number;
}

/** Somebody changed the decision log: a record does not follow from the one before it, or one is gone that was there. */
export class BrokenChain extends Error {
  override readonly name = "BrokenChain";
}

/**
 * Looks at all records of the log, the oldest first. Of the newest nobody could tell that it was changed or taken away but
 * by what was told of it elsewhere.
 * @param known a record that is known to have been there, if one is
 * @throws {BrokenChain} with the place
 * @throws {OsError} when the log cannot be read
 */
export function verifyChain(directory: Fd, known?: Link): Chain {
  let before: Link | undefined;
  let chain: Chain = { records: 0 };
  let [file, line] = [0, 0];
  for (const { bytes, end } of linesForwards(directory, LOG_NAME, LIMITS.decisionBytes, undefined)) {
    [file, line] = [end.file, end.file === file ? line + 1 : 1];
    const fault = (why: string): BrokenChain =>
      new BrokenChain(`${fileName(LOG_NAME, file)}:${line}: ${why}`);
    const record = parseLine(bytes);
    if (record === undefined) throw fault("this is no record of the decision log");
    const { seq, prev } = record;
    const link = { seq, hash: hash(bytes) };
    if (before !== undefined && seq !== before.seq + 1) {
      throw fault(`record ${seq} comes after ${before.seq}: records were taken away, put in or moved`);
    }
    if (before === undefined ? seq === 1 && prev !== BEGINNING : prev !== before.hash) {
      throw fault(`record ${seq} was not written after the one before it, which was changed`);
    }
    if (seq === known?.seq && link.hash !== known.hash) {
      throw fault(`record ${seq} is not the one that was reported to the central team`);
    }
    chain = { records: chain.records + 1, first: chain.first ?? seq, last: seq };
    before = link;
  }
  if (known !== undefined && (chain.last ?? 0) < known.seq) {
    const end = chain.last === undefined ? "the log is empty" : `the log ends with record ${chain.last}`;
    throw new BrokenChain(`${end}, but record ${known.seq} was reported to the central team`);
  }
  return chain;
}
