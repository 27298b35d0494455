import { fsyncSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { expectTime } from "../deadline.ts";
import { LimitError } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { kernel } from "./kernel.ts";
import { fstat } from "./status.ts";
import type { Fd } from "./types.ts";

/** Room in which every file is begun to be read: most are smaller, and those of /proc say 0 of their size. */
const CHUNK = 64 * 1024;
let chunk: Uint8Array | undefined;

/**
 * All of a file from its beginning. Its size is a hint only (a sparse file, one of /proc, one that grows): the memory
 * follows what comes. LimitError when there is more than `maxBytes`.
 */
export function readAll(fd: Fd, maxBytes: number): Uint8Array {
  chunk ??= new Uint8Array(CHUNK);
  const begun = readInto(fd, chunk, 0, maxBytes);
  if (begun < chunk.length) return chunk.slice(0, begun);
  const { size } = fstat(fd);
  if (size > maxBytes) throw new LimitError("fileBytes", maxBytes);
  // One byte more than the size shows the end without another allocation.
  let buffer = grown(chunk, Math.max(size + 1, 2 * CHUNK), maxBytes);
  for (let length = begun; ; ) {
    length = readInto(fd, buffer, length, maxBytes);
    if (length < buffer.length) return buffer.subarray(0, length);
    buffer = grown(buffer, 2 * length, maxBytes);
  }
}

/** Reads behind the first `length` bytes until `buffer` is full or the file at its end; returns how many there are then. */
function readInto(fd: Fd, buffer: Uint8Array, length: number, maxBytes: number): number {
  for (let filled = length; ; ) {
    const count = readAt(fd, buffer.subarray(filled), filled);
    filled += count;
    if (filled > maxBytes) throw new LimitError("fileBytes", maxBytes);
    if (count === 0 || filled === buffer.length) return filled;
  }
}

function grown(buffer: Uint8Array, size: number, maxBytes: number): Uint8Array {
  const larger = new Uint8Array(Math.min(size, maxBytes + 1));
  larger.set(buffer);
  return larger;
}

/** Reads into `buffer` from `offset`, in bytes, and returns how many came: fewer than there is room for, or 0 at the end. */
export function readAt(fd: Fd, buffer: Uint8Array, offset: number): number {
  expectOffset(offset);
  expectTime();
  return buffer.length === 0 ? 0 : withOsErrors(() => readSync(fd, buffer, 0, buffer.length, offset));
}

/** Writes all of `bytes` at `offset`. */
export function writeAll(fd: Fd, bytes: Uint8Array, offset: number): void {
  expectOffset(offset);
  expectTime();
  withOsErrors(() => {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
    }
  });
}

/** Adds `bytes` to the end of a file that was opened to append: where that is by then is for the kernel to know. */
export function append(fd: Fd, bytes: Uint8Array): void {
  expectTime();
  withOsErrors(() => {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, null);
  });
}

const FULL: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];
const BLOCK_BYTES = 512;

/**
 * Reserves what the first `length` bytes lack, for who is to write over a file: a disk that is full is met before
 * anything is lost, and the file is as it was. Where the file system does not reserve, nothing is refused.
 */
export function expectRoom(fd: Fd, length: number): void {
  const { size, blocks } = fstat(fd);
  if (length <= blocks * BLOCK_BYTES) return;
  try {
    fallocate(fd, length);
  } catch (error) {
    if (!(error instanceof OsError) || !FULL.includes(error.code)) return;
    truncate(fd, size);
    throw error;
  }
}

/** Bytes that are copied at a time: by the kernel, so that the time of the run is looked at, and by this program. */
const RANGE_BYTES = 16 * 1024 * 1024;
const COPY_BYTES = 128 * 1024;

/** What the kernel says of files that it does not copy itself. */
const NOT_COPIED: readonly string[] = ["ENOSYS", "EXDEV", "EINVAL", "EPERM", "EOPNOTSUPP", "EBADF"];

/** Writes the content of `from` to the beginning of `to`, no more than `most` bytes; returns how many. */
export function copyBytes(from: Fd, to: Fd, most = Number.POSITIVE_INFINITY): number {
  let copied = copyRanges(from, to, most);
  // The kernel may also see an end where there is none.
  const buffer = new Uint8Array(COPY_BYTES);
  while (copied < most) {
    const count = readAt(from, buffer.subarray(0, most - copied), copied);
    if (count === 0) break;
    writeAll(to, buffer.subarray(0, count), copied);
    copied += count;
  }
  return copied;
}

/** As {@link copyBytes}, as far as the kernel does it. */
function copyRanges(from: Fd, to: Fd, most: number): number {
  const { copyRange } = kernel();
  let copied = 0;
  try {
    while (copyRange && copied < most) {
      expectTime();
      const count = copyRange(from, to, copied, Math.min(most - copied, RANGE_BYTES));
      if (count === 0) break;
      copied += count;
    }
  } catch (error) {
    if (!(error instanceof OsError) || !NOT_COPIED.includes(error.code)) throw error;
  }
  return copied;
}

/** Makes the file `size` bytes long: cut off, or filled with zeros that take no space. */
export function truncate(fd: Fd, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new OsError("EINVAL");
  withOsErrors(() => ftruncateSync(fd, size));
}

/** Reserves space on the disk for the first `length` bytes, and makes the file that long if it is shorter. */
export function fallocate(fd: Fd, length: number): void {
  if (!Number.isSafeInteger(length) || length <= 0) throw new OsError("EINVAL");
  kernel().fallocate(fd, length);
}

/** Otherwise -1 would mean wherever the descriptor stands. */
function expectOffset(offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new OsError("EINVAL");
}

/** Returns when the content is on the disk. */
export function fsync(fd: Fd): void {
  withOsErrors(() => fsyncSync(fd));
}

/** Another descriptor of the same open file. */
export function duplicate(fd: Fd): Fd {
  return kernel().duplicate(fd);
}
