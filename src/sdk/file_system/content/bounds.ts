import { LimitError } from "../../../platform/limits.ts";

/** Bytes that one operation decompresses: a few kilobytes can hold terabytes. */
const MAX_DECOMPRESSED_BYTES = 4 * 1024 ** 3;

/** `pieces` up to the limit. @throws {LimitError} beyond it */
export function* bounded(
  pieces: Iterable<Uint8Array>,
  maximum = MAX_DECOMPRESSED_BYTES,
): Generator<Uint8Array, void, void> {
  let left = maximum;
  for (const piece of pieces) {
    left -= piece.length;
    if (left < 0) throw new LimitError("decompressedBytes", maximum);
    yield piece;
  }
}
