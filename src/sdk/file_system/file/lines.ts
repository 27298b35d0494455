import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Call } from "../../operation.ts";
import { requireRead } from "../access.ts";
import { sizeOf } from "../effects/content.ts";
import { piecesOf } from "../effects/file.ts";
import type { FileHandle } from "../handles.ts";
import { asIoErrors, ioError } from "../os-errors.ts";
import { collect, decode, selectIn, splitLines } from "../text.ts";
import { lastLinesOffset } from "./last-lines.ts";
import { INVALID_START } from "./options.ts";
import { remaining } from "./read.ts";

/** Which lines: so many of the first, or when negative of the last; lines count from 1. */
export interface WhichLines {
  readonly count: bigint | undefined;
  /** Where the first begin, or the last end. */
  readonly start: bigint | undefined;
}

/** The lines that are asked for; the handle is rewound. */
export function readLines(call: Call, handle: FileHandle, { count, start }: WhichLines): string[] {
  const token = requireRead(call, handle);
  if (count === undefined && start === undefined) {
    throw ioError("InvalidArguments", "Invalid arguments: No read line mode specified");
  }
  if (start === 0n) throw ioError("InvalidArguments", `Invalid arguments: ${INVALID_START}: 0`);
  const lines = asIoErrors(() => {
    if (count !== undefined && count < 0n && start === undefined) {
      // From the end, so that the end of a large file is found without reading all of it.
      const offset = lastLinesOffset(token, handle, sizeOf(token, handle), -count);
      return linesIn(joined(piecesOf(token, handle, offset)));
    }
    const selection = { count: numberOf(count), start: numberOf(start) };
    return selectIn(remaining(token, handle), selection);
  });
  handle.position = 0;
  return lines;
}

const numberOf = (value: bigint | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

const NEWLINE = 10;

/** The next `count` lines from where the handle stands, which moves on behind them. */
export function readPage(call: Call, handle: FileHandle, count: bigint): string[] {
  const token = requireRead(call, handle);
  const most = Number(count);
  return asIoErrors(() => {
    const page = joined(nextPage(piecesOf(token, handle, handle.position), most));
    handle.position += page.length;
    return linesIn(page);
  });
}

/** The pieces of the next `most` lines. */
function* nextPage(pieces: Iterable<Uint8Array>, most: number): Generator<Uint8Array, void> {
  let found = 0;
  for (const piece of pieces) {
    let end = 0;
    while (found < most && end < piece.length) {
      const newline = piece.indexOf(NEWLINE, end);
      end = newline < 0 ? piece.length : newline + 1;
      if (newline >= 0) found++;
    }
    yield piece.subarray(0, end);
    if (found === most) return;
  }
}

/** All bytes of `pieces`, which must not be more than may be read of one file. */
function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    parts.push(piece.slice());
    length += piece.length;
    if (length > LIMITS.fileBytes) throw new LimitError("fileBytes", LIMITS.fileBytes);
  }
  return Buffer.concat(parts);
}

/** All lines, decoded at once: an array of them could not be larger. */
const linesIn = (bytes: Uint8Array): string[] => collect(splitLines(decode(bytes)));
