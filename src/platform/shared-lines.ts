import { statfsSync } from "node:fs";
import {
  append,
  close,
  closing,
  type Fd,
  fstat,
  fsync,
  listNames,
  openAt,
  readAt,
  truncate,
  unlinkAt,
  writeAll,
} from "./file.ts";
import { fileLock } from "./file-lock.ts";
import { OsError, withOsErrors } from "./os-error.ts";

export interface LinesBounds {
  /** Bytes of one line, its end included. */
  readonly lineBytes: number;
  /** Bytes of one file; then the next one begins. */
  readonly fileBytes: number;
  /** Files that are kept; with one more the oldest is removed. */
  readonly files: number;
  /** How long the lock is waited for, in milliseconds; infinite: as long as another process has it. */
  readonly waitMs: number;
}

/** Another process does not give the lock back. */
export class LockHeld extends Error {
  override readonly name = "LockHeld";
  constructor(ms: number) {
    super(`another process, which may have been stopped, has had its lock for ${ms} ms`);
  }
}

const NEWLINE = 0x0a;
const NUMBER_BYTES = 8;
const MODE = 0o600;
const NOTHING = { size: -1, last: undefined };

/**
 * Lines that several processes append to, in numbered files of a directory: `<name>.<number>.jsonl`, the highest number
 * being the newest. A lock orders them; each line is made with the one before it at hand. A line is there whole or not at
 * all: what a process left half written when it was killed is cut off by the next. Where somebody removes a file meanwhile,
 * the lines go on in another of its name, with the one before still at hand.
 */
export class SharedLines {
  private lock: Fd;
  private current: { readonly number: number; readonly fd: Fd } | undefined;
  /** What the newest file held when this process last wrote: its size, and its last line. */
  private known: { readonly size: number; readonly last: Uint8Array | undefined } = NOTHING;

  /** @param directory stays the caller's, and open as long as this is used */
  constructor(
    private readonly directory: Fd,
    private readonly name: string,
    private readonly bounds: LinesBounds,
  ) {
    this.lock = this.openLock();
  }

  /**
   * Adds the line that `make` returns, without its end, given the line before it, `undefined` if it is the first.
   * @throws {OsError} when it cannot be written; then nothing of it is
   */
  append(make: (last: Uint8Array | undefined) => Uint8Array): void {
    this.take();
    try {
      const { fd, number } = this.newest();
      const line = withEnd(make(this.known.last));
      if (line.length > this.bounds.lineBytes) throw new OsError("EMSGSIZE");
      const isFull = this.known.size > 0 && this.known.size + line.length > this.bounds.fileBytes;
      this.write(isFull ? this.begin(number + 1) : fd, line);
    } finally {
      fileLock().release(this.lock);
    }
  }

  /** @throws {OsError} when the newest file cannot be opened, or the file system has no room for a line */
  expectWritable(): void {
    this.take();
    try {
      const { number } = this.newest();
      // Once more by its name: what is open already says nothing of a file that was made immutable or read-only since.
      close(openAt(this.directory, this.fileName(number), { access: "read-write", append: true }));
    } finally {
      fileLock().release(this.lock);
    }
    const { bavail, bsize } = withOsErrors(() => statfsSync(`/proc/self/fd/${this.directory}`));
    if (bavail * bsize < this.bounds.lineBytes) throw new OsError("ENOSPC");
  }

  /** Returns when all that this process wrote is on the disk. */
  sync(): void {
    if (this.current) fsync(this.current.fd);
  }

  close(): void {
    if (this.current) close(this.current.fd);
    this.current = undefined;
    close(this.lock);
  }

  private write(fd: Fd, line: Uint8Array): void {
    const { size } = this.known;
    try {
      append(fd, line);
    } catch (error) {
      truncate(fd, size);
      throw error;
    }
    this.known = { size: size + line.length, last: line.subarray(0, -1) };
  }

  /** Waits for the lock. One whose file was removed would keep nobody out who comes later. */
  private take(): void {
    const { release } = fileLock();
    for (this.takeLock(); fstat(this.lock).nlink === 0; this.takeLock()) {
      release(this.lock);
      const lock = this.openLock();
      close(this.lock);
      this.lock = lock;
    }
  }

  private takeLock(): void {
    const { waitMs } = this.bounds;
    const { take, takeWithin } = fileLock();
    if (waitMs === Number.POSITIVE_INFINITY) take(this.lock);
    else if (!takeWithin(this.lock, waitMs)) throw new LockHeld(waitMs);
  }

  private openLock(): Fd {
    const flags = { access: "read-write", create: true, mode: MODE } as const;
    return openAt(this.directory, `${this.name}.lock`, flags);
  }

  /** Opens the newest file if it is another than before, and looks at its end if somebody else wrote to it. */
  private newest(): { readonly number: number; readonly fd: Fd } {
    const number = this.newestNumber();
    const { current } = this;
    let before = this.known.last;
    let status = current?.number === number ? fstat(current.fd) : undefined;
    if (current && status?.nlink === 0) {
      // Removed meanwhile: what it held last stays at hand.
      before = this.endOf(current.fd, status.size).last;
      status = undefined;
    }
    const fd = current && status ? current.fd : this.open(number);
    const { size } = status ?? fstat(fd);
    if (size !== this.known.size) this.known = this.endOf(fd, size);
    if (this.known.last === undefined) this.known = { size, last: this.lastOf(number - 1) ?? before };
    return { number, fd };
  }

  /** The lock's file holds the number, so that nobody has to list the directory for every line. */
  private newestNumber(): number {
    const buffer = Buffer.alloc(NUMBER_BYTES);
    if (readAt(this.lock, buffer, 0) === NUMBER_BYTES) return Number(buffer.readBigUInt64LE());
    const number = Math.max(1, ...this.numbers());
    this.remember(number);
    return number;
  }

  private remember(number: number): void {
    const buffer = Buffer.alloc(NUMBER_BYTES);
    buffer.writeBigUInt64LE(BigInt(number));
    writeAll(this.lock, buffer, 0);
  }

  private open(number: number): Fd {
    const flags = { access: "read-write", append: true, create: true, mode: MODE } as const;
    const fd = openAt(this.directory, this.fileName(number), flags);
    if (this.current) close(this.current.fd);
    this.current = { number, fd };
    this.known = NOTHING;
    return fd;
  }

  /** Begins the next file. The last line stays known: the chain goes on over files. */
  private begin(number: number): Fd {
    const { last } = this.known;
    const fd = this.open(number);
    this.known = { size: fstat(fd).size, last };
    this.remember(number);
    for (const old of this.numbers()) {
      if (old <= number - this.bounds.files) unlinkAt(this.directory, this.fileName(old));
    }
    return fd;
  }

  private numbers(): readonly number[] {
    const prefix = `${this.name}.`;
    return listNames(this.directory).flatMap(({ name }) => {
      const [, digits] = /^(\d{1,15})\.jsonl$/.exec(name.slice(prefix.length)) ?? [];
      return name.startsWith(prefix) && digits !== undefined ? [Number(digits)] : [];
    });
  }

  private fileName(number: number): string {
    return `${this.name}.${String(number).padStart(8, "0")}.jsonl`;
  }

  /** The last line of an older file, where the newest has none yet. */
  private lastOf(number: number): Uint8Array | undefined {
    if (!this.numbers().includes(number)) return undefined;
    const fd = openAt(this.directory, this.fileName(number), { access: "read-write" });
    return closing(fd, () => this.endOf(fd, fstat(fd).size).last);
  }

  private endOf(fd: Fd, size: number): { size: number; last: Uint8Array | undefined } {
    const length = Math.min(size, 2 * this.bounds.lineBytes);
    const tail = new Uint8Array(length);
    const read = readAt(fd, tail, size - length);
    const end = tail.lastIndexOf(NEWLINE, read - 1) + 1;
    // More than one line can be: nobody here wrote that, so nobody here removes it.
    if (end === 0 && size > this.bounds.lineBytes) throw new OsError("EILSEQ");
    if (end < length) truncate(fd, size - length + end);
    const whole = tail.subarray(0, Math.max(end - 1, 0));
    const last = end === 0 ? undefined : whole.subarray(whole.lastIndexOf(NEWLINE) + 1);
    return { size: size - length + end, last };
  }
}

function withEnd(line: Uint8Array): Uint8Array {
  const ended = new Uint8Array(line.length + 1);
  ended.set(line);
  ended[line.length] = NEWLINE;
  return ended;
}
