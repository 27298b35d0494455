import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Authorized } from "../../../policy/types.ts";
import { type Opened, readerOf } from "../effects/content.ts";

const NEWLINE = 10;
const CHUNK_BYTES = 64 * 1024;

/**
 * Where the last `count` lines of a file of `size` bytes begin. A newline at the very end begins no line.
 * @throws {LimitError} when they are longer than what is read of one file
 */
export function lastLinesOffset(
  token: Authorized<"file_system.read">,
  file: Opened,
  size: number,
  count: bigint,
): number {
  const readAt = readerOf(token, file);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let left = count;
  for (let end = Math.max(size - 1, 0); end > 0; ) {
    const start = Math.max(end - CHUNK_BYTES, 0);
    const length = readAt(buffer.subarray(0, end - start), start);
    for (let at = length; at > 0; ) {
      at = buffer.lastIndexOf(NEWLINE, at - 1);
      if (at < 0) break;
      left--;
      if (left === 0n) return start + at + 1;
    }
    end = start;
    if (size - end > LIMITS.fileBytes) throw new LimitError("fileBytes", LIMITS.fileBytes);
  }
  return 0;
}
