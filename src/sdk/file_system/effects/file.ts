import {
  chmod,
  copyBytes,
  expectRoom,
  type Fd,
  type FileStatus,
  fallocate,
  fstat,
  fsync,
  readAll,
  readAt,
  setTimes,
  truncate,
  writeAll,
} from "../../../platform/file.ts";
import { LIMITS } from "../../../platform/limits.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { Opened } from "./content.ts";

type Read = Authorized<"file_system.read"> | Authorized<"file_system.redacted_read">;
type Write = Authorized<"file_system.write">;
type Stat = Authorized<"file_system.stat">;

/** All bytes of the file. */
export function bytesOf(token: Read, { fd, path }: Opened): Uint8Array {
  expectFor(token, path);
  return readAll(fd, LIMITS.fileBytes);
}

const CHUNK_BYTES = 128 * 1024;

/** The bytes from `offset` on, a piece at a time; each piece is valid until the next is asked for. */
export function* piecesOf(token: Read, { fd, path }: Opened, offset: number): Generator<Uint8Array, void> {
  expectFor(token, path);
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let at = offset; ; ) {
    const count = readAt(fd, buffer, at);
    if (count === 0) return;
    yield buffer.subarray(0, count);
    at += count;
  }
}

export function statusOf(token: Stat, { fd, path }: Opened): FileStatus {
  expectFor(token, path);
  return fstat(fd);
}

/** Writes `bytes` at `offset` and makes the file as long as `bytes`. */
export function overwrite(token: Write, { fd, path }: Opened, bytes: Uint8Array, offset: number): void {
  expectFor(token, path);
  expectRoom(fd, offset + bytes.length);
  writeAll(fd, bytes, offset);
  truncate(fd, bytes.length);
  fsync(fd);
}

export function setLength(token: Write, { fd, path }: Opened, bytes: number): void {
  expectFor(token, path);
  truncate(fd, bytes);
}

export function allocate(token: Write, { fd, path }: Opened, bytes: number): void {
  expectFor(token, path);
  fallocate(fd, bytes);
}

export function setPermissions(
  token: Authorized<"file_system.chmod">,
  { fd, path }: Opened,
  bits: number,
): void {
  expectFor(token, path);
  chmod(fd, bits);
}

/** Bytes in the file that is to be written to. */
export function sizeBefore(token: Write, { fd, path }: Opened): number {
  expectFor(token, path);
  return fstat(fd).size;
}

/**
 * Puts the content of `source` in the place of that of `destination`; with `preserve` its permissions and times too.
 * What is read is bounded by the size at the start, so a file that is copied onto itself does not grow.
 */
export function copyContent(
  tokens: { readonly read: Authorized<"file_system.read">; readonly write: Write },
  source: Opened,
  destination: Opened,
  preserve: boolean,
): void {
  expectFor(tokens.read, source.path);
  expectFor(tokens.write, destination.path);
  const before = fstat(source.fd);
  expectRoom(destination.fd, before.size);
  const copied = copyBytes(source.fd, destination.fd, before.size);
  truncate(destination.fd, copied);
  if (preserve) keepAttributes(destination.fd, before);
}

/** Gives the file permissions and times of another; never its special bits. */
export function keepAttributes(fd: Fd, status: FileStatus): void {
  chmod(fd, status.mode & 0o777);
  setTimes(fd, status);
}
