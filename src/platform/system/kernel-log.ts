import { constants, openSync, readSync } from "node:fs";
import { closing } from "../file/descriptor.ts";
import { LIMITS, LimitError } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";

/** The longest record that the kernel hands out, with its tags. */
const RECORD_BYTES = 8192;

/**
 * The records of the kernel's log as `/dev/kmsg` has them, the oldest first: `priority,number,microseconds,flags;message`
 * and lines with tags. Each read returns one record.
 */
export function readKernelLog(path: string): string[] {
  const fd = withOsErrors(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  return closing(fd, () => {
    const buffer = new Uint8Array(RECORD_BYTES);
    const decoder = new TextDecoder();
    const records: string[] = [];
    let bytes = 0;
    for (;;) {
      const count = readRecord(fd, buffer);
      if (count === 0) return records;
      if (count === undefined) continue;
      bytes += count;
      if (bytes > LIMITS.systemBytes) throw new LimitError("systemBytes", LIMITS.systemBytes);
      records.push(decoder.decode(buffer.subarray(0, count)));
    }
  });
}

/** Bytes of the next record; 0 when there is none yet, undefined when it was overwritten before it could be read. */
function readRecord(fd: number, buffer: Uint8Array): number | undefined {
  try {
    return withOsErrors(() => readSync(fd, buffer, 0, buffer.length, null));
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    if (error.code === "EAGAIN") return 0;
    if (error.code === "EPIPE") return undefined;
    throw error;
  }
}
