import { close, type Fd, openAt, readAt } from "./file.ts";
import { fileName, numbersOf, type Place } from "./lines-backwards.ts";
import { OsError } from "./os-error.ts";

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/** A line, without its end, and the place after it. */
export interface PlacedLine {
  readonly bytes: Uint8Array;
  readonly end: Place;
}

/**
 * The lines after `place`, or all, the oldest first, of the numbered files that `SharedLines` writes. A line that is being
 * written just now is none yet. Of one with more than `maxBytes`, which nobody here wrote, the beginning comes.
 */
export function* linesForwards(
  directory: Fd,
  name: string,
  maxBytes: number,
  place: Place | undefined,
): Generator<PlacedLine> {
  for (const file of numbersOf(directory, name).toReversed()) {
    if (place && file < place.file) continue;
    const offset = place?.file === file ? place.offset : 0;
    const fd = openIfThere(directory, fileName(name, file));
    if (fd === undefined) continue;
    try {
      for (const [bytes, end] of linesOf(fd, offset, maxBytes)) yield { bytes, end: { file, offset: end } };
    } finally {
      close(fd);
    }
  }
}

/** The oldest may have made room meanwhile. */
export function openIfThere(directory: Fd, name: string): Fd | undefined {
  try {
    return openAt(directory, name, { access: "read" });
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function* linesOf(fd: Fd, offset: number, maxBytes: number): Generator<readonly [Uint8Array, number]> {
  const chunk = new Uint8Array(CHUNK);
  /** What has come of the line that has not ended, no more than `maxBytes` of it. */
  let begun = Buffer.alloc(0);
  for (let position = offset; ; ) {
    const count = readAt(fd, chunk, position);
    if (count === 0) return;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1 && end < count; end = chunk.indexOf(NEWLINE, start)) {
      yield [joined(begun, chunk.subarray(start, end), maxBytes), position + end + 1];
      begun = Buffer.alloc(0);
      start = end + 1;
    }
    begun = joined(begun, chunk.subarray(start, count), maxBytes);
    position += count;
  }
}

/** A copy: the chunk is read into again. */
const joined = (begun: Uint8Array, rest: Uint8Array, maxBytes: number): Buffer<ArrayBuffer> =>
  Buffer.concat([begun, rest.subarray(0, Math.max(maxBytes - begun.length, 0))]);
