import { readSync, writeSync } from "node:fs";
import { libc } from "./bun-ffi.ts";
import type { Fd } from "./file.ts";
import { LimitError } from "./limits.ts";
import { readableWithin } from "./readable.ts";
import { waiting } from "./waiting.ts";

const NEWLINE = 0x0a;
const CHUNK = 64 * 1024;

/** Reads lines from a pipe or socket, and waits for them: while it does, nothing else happens in this process. */
export class LineReader {
  private rest: Uint8Array = new Uint8Array(0);

  /** @param maxBytes of one line; with more it throws a {@link LimitError} */
  constructor(
    private readonly fd: Fd,
    private readonly maxBytes: number,
  ) {}

  /** Whether there is something to read within `ms`, be it the end. True where that cannot be known beforehand. */
  comesWithin(ms: number): boolean {
    const c = libc();
    return c === undefined || this.rest.length > 0 || readableWithin(c, [this.fd], ms).size > 0;
  }

  /** The next line without its end; `undefined` when the other side has closed. */
  next(): string | undefined {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const end = this.rest.indexOf(NEWLINE);
      const piece = end === -1 ? this.rest : this.rest.subarray(0, end);
      pieces.push(piece);
      length += piece.length;
      if (length > this.maxBytes) throw new LimitError("lineBytes", this.maxBytes);
      if (end !== -1) {
        this.rest = this.rest.subarray(end + 1);
        return Buffer.concat(pieces, length).toString();
      }
      const chunk = new Uint8Array(CHUNK);
      const count = waiting(() => readSync(this.fd, chunk, 0, chunk.length, null));
      this.rest = chunk.subarray(0, count);
      if (count === 0) return undefined;
    }
  }
}

/** Writes `line` and its end to a pipe or socket, and waits until all of it is taken. */
export function writeLine(fd: Fd, line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length; ) {
    done += waiting(() => writeSync(fd, bytes, done, bytes.length - done));
  }
}
