import { type Fd, fstat, fsync, readAt, sameFile, truncate, writeAll } from "../../../platform/file.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** An open file and its path as policies know it. */
export interface Opened {
  readonly fd: Fd;
  readonly path: string;
}

/** Reads from an offset into a buffer; returns the bytes read, 0 at the end. */
export type ReadAt = (buffer: Uint8Array, offset: number) => number;

/**
 * A reader of what `file` contains. A check of certificates needs no more than the permission to open them; all others
 * need the one to read.
 */
export function readerOf(
  token: Authorized<"file_system.read"> | Authorized<"file_system.open">,
  { fd, path }: Opened,
): ReadAt {
  expectFor(token, path);
  return (buffer, offset) => readAt(fd, buffer, offset);
}

/** Bytes that `file` claims to have. */
export function sizeOf(token: Authorized<"file_system.read">, { fd, path }: Opened): number {
  expectFor(token, path);
  return fstat(fd).size;
}

/** Whether the two are one file: what is written to one is read from the other. */
export function isSame(token: Authorized<"file_system.write">, written: Opened, other: Opened): boolean {
  expectFor(token, written.path);
  return sameFile(fstat(written.fd), fstat(other.fd));
}

/** Writes `pieces` one after the other at `offset`, and cuts off what was behind. */
export function writePieces(
  token: Authorized<"file_system.write">,
  { fd, path }: Opened,
  pieces: Iterable<Uint8Array>,
  offset: number,
): void {
  expectFor(token, path);
  let end = offset;
  for (const piece of pieces) {
    writeAll(fd, piece, end);
    end += piece.length;
  }
  truncate(fd, end);
  fsync(fd);
}
