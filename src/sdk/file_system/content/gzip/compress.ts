import type { ReadAt } from "./input.ts";
import { zlib } from "./zlib.ts";

/** Bytes that are compressed at a time. A piece does not refer to the one before, which costs little at this size. */
const PIECE_BYTES = 1024 * 1024;

/**
 * `read`'s content from `offset` on as one gzip member, in pieces.
 * @param level 1 (fast) to 9 (small)
 */
export function* compress(read: ReadAt, offset: number, level: number): Generator<Uint8Array, void, void> {
  const { constants, crc32, deflateRawSync } = zlib();
  // RFC 1952, 2.3: no flags, no time, how hard was tried, system unknown.
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, level === 9 ? 2 : level === 1 ? 4 : 0, 255);
  let [buffer, ahead] = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)];
  let checksum = 0;
  let size = 0;
  let length = read(buffer, offset);
  do {
    const piece = buffer.subarray(0, length);
    checksum = crc32(piece, checksum);
    size += length;
    length = read(ahead, offset + size);
    // Another than the last ends on a byte, and without the last block's mark: the next piece continues the stream.
    yield deflateRawSync(piece, {
      level,
      finishFlush: length === 0 ? constants.Z_FINISH : constants.Z_FULL_FLUSH,
    });
    [buffer, ahead] = [ahead, buffer];
  } while (length > 0);
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, checksum, true);
  trailer.setUint32(4, size % 2 ** 32, true);
  yield new Uint8Array(trailer.buffer);
}
