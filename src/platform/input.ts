import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { readAll } from "./file/content.ts";
import { LimitError } from "./limits.ts";
import { OsError, withOsErrors } from "./os-error.ts";
import { waiting } from "./waiting.ts";

const STANDARD_INPUT = 0;
const CHUNK = 64 * 1024;

/**
 * The content of a file that the user named on the command line; links are followed. A directory fails with EISDIR, a
 * device or a socket with EINVAL. Of a pipe (`<(command)`) it reads what comes until its writers close it; one without
 * writers is empty.
 *
 * @param check called with the status of a file before it is read; what it throws is thrown
 */
export function readInput(path: string, maxBytes: number, check?: (status: Stats) => void): Uint8Array {
  return withOsErrors(() => {
    // Opening a FIFO would wait for a writer. Reading it then has to wait for the content, though.
    const looked = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const status = fstatSync(looked);
      if (status.isDirectory()) throw new OsError("EISDIR");
      check?.(status);
      if (status.isFile()) return readAll(looked, maxBytes);
      if (status.isFIFO()) return readStream(looked, maxBytes);
      throw new OsError("EINVAL");
    } finally {
      closeSync(looked);
    }
  });
}

/** All of standard input. LimitError when more than `maxBytes` come. */
export function readStandardInput(maxBytes: number): Uint8Array {
  return readStream(STANDARD_INPUT, maxBytes);
}

function readStream(fd: number, maxBytes: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const count = waiting(() => readSync(fd, chunk, 0, chunk.length, null));
    if (count === 0) return Buffer.concat(chunks, length);
    length += count;
    if (length > maxBytes) throw new LimitError("inputBytes", maxBytes);
    chunks.push(chunk.subarray(0, count));
  }
}
