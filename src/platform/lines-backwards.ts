import { closing, type Fd, fstat, listNames, openAt, readAt } from "./file.ts";
import { OsError } from "./os-error.ts";

/** Between two lines of the numbered files that `SharedLines` writes. */
export interface Place {
  readonly file: number;
  readonly offset: number;
}

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines before `place`, or all, the newest first, each with the place before it. One that is being written just now
 * is none yet.
 */
export function* linesBackwards(
  directory: Fd,
  name: string,
  place?: Place,
): Generator<readonly [string, Place]> {
  for (const file of numbersOf(directory, name)) {
    if (place && file > place.file) continue;
    const end = place?.file === file ? place.offset : Number.POSITIVE_INFINITY;
    for (const [line, offset] of linesOf(directory, fileName(name, file), end))
      yield [line, { file, offset }];
  }
}

/** The newest first. */
export function numbersOf(directory: Fd, name: string): readonly number[] {
  const prefix = `${name}.`;
  return listNames(directory)
    .flatMap(({ name: found }) => {
      const [, digits] = /^(\d{1,15})\.jsonl$/.exec(found.slice(prefix.length)) ?? [];
      return found.startsWith(prefix) && digits !== undefined ? [Number(digits)] : [];
    })
    .sort((a, b) => b - a);
}

export const fileName = (name: string, number: number): string =>
  `${name}.${String(number).padStart(8, "0")}.jsonl`;

function* linesOf(directory: Fd, name: string, end: number): Generator<readonly [string, number]> {
  let position: number;
  try {
    position = Math.min(end, sizeOf(directory, name));
  } catch (error) {
    // It was the oldest, and has made room.
    if (error instanceof OsError && error.code === "ENOENT") return;
    throw error;
  }
  /** From `position` on: the rest of a line that begins before it. */
  let rest = Buffer.alloc(0);
  let isWhole = false;
  while (position > 0) {
    const start = Math.max(position - CHUNK, 0);
    const bytes = Buffer.concat([read(directory, name, start, position - start), rest]);
    position = start;
    let lineEnd = bytes.length;
    for (
      let at = bytes.lastIndexOf(NEWLINE);
      at !== -1;
      at = at === 0 ? -1 : bytes.lastIndexOf(NEWLINE, at - 1)
    ) {
      if (isWhole && at + 1 < lineEnd) yield [bytes.toString("utf8", at + 1, lineEnd), start + at + 1];
      isWhole = true;
      lineEnd = at;
    }
    rest = bytes.subarray(0, lineEnd);
    // The end of the line is not part of what is left of it.
    if (start === 0 && isWhole && rest.length > 0) yield [rest.toString(), 0];
  }
}

function sizeOf(directory: Fd, name: string): number {
  const fd = openAt(directory, name, { access: "read" });
  return closing(fd, () => fstat(fd).size);
}

/** Opened for each piece: whoever asked may never ask for the next one. */
function read(directory: Fd, name: string, start: number, length: number): Buffer {
  const fd = openAt(directory, name, { access: "read" });
  const bytes = Buffer.alloc(length);
  const count = closing(fd, () => readAt(fd, bytes, start));
  return bytes.subarray(0, count);
}
