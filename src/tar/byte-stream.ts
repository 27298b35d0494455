/** Bytes that come in pieces, taken in any sizes. */
export class ByteStream {
  /** Bytes taken or skipped so far. */
  position = 0;
  /** Whether less was there than was taken or skipped. */
  ended = false;
  private piece: Uint8Array = new Uint8Array();

  constructor(private readonly pieces: Iterator<Uint8Array, void, void>) {}

  /** The next `length` bytes, fewer at the end. The caller bounds `length`. */
  take(length: number): Uint8Array {
    const result = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const part = this.some(length - filled);
      if (part.length === 0) break;
      result.set(part, filled);
      filled += part.length;
    }
    return result.subarray(0, filled);
  }

  /** At least one byte and at most `length`, none at the end. */
  some(length: number): Uint8Array {
    while (this.piece.length === 0) {
      const next = this.pieces.next();
      if (next.done) {
        this.ended = true;
        return this.piece;
      }
      this.piece = next.value;
    }
    const part = this.piece.subarray(0, length);
    this.piece = this.piece.subarray(part.length);
    this.position += part.length;
    return part;
  }

  skipTo(position: number): void {
    while (this.position < position && this.some(position - this.position).length > 0);
  }
}
