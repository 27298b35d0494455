import { LIMITS, LimitError } from "../../../platform/limits.ts";

/** `pieces` up to the limit. @throws {LimitError} beyond it */
export function* bounded(
  pieces: Iterable<Uint8Array>,
  maximum: number = LIMITS.decompressedBytes,
): Generator<Uint8Array, void, void> {
  let left = maximum;
  for (const piece of pieces) {
    left -= piece.length;
    if (left < 0) throw new LimitError("decompressedBytes", maximum);
    yield piece;
  }
}
