const INITIAL_BYTES = 4096;
/** Up to here a string is written by a loop: calling the encoder costs more. */
const SHORT = 48;

const encoder = new TextEncoder();

/** Bytes for the engine, little-endian; grows as needed and is reused. */
export class Writer {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  reset(): this {
    this.length = 0;
    return this;
  }

  /** What was written since `reset`; valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  u8(value: number): this {
    this.room(1);
    this.bytes[this.length++] = value;
    return this;
  }

  u16(value: number): this {
    this.room(2);
    this.view.setUint16(this.length, value, true);
    this.length += 2;
    return this;
  }

  u32(value: number): this {
    this.room(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
    return this;
  }

  i64(value: bigint): this {
    this.room(8);
    this.view.setBigInt64(this.length, value, true);
    this.length += 8;
    return this;
  }

  f64(value: number): this {
    this.room(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
    return this;
  }

  raw(value: Uint8Array): this {
    this.u32(value.length);
    this.room(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** Length in bytes, then UTF-8; a lone surrogate becomes U+FFFD. */
  text(value: string): this {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.room(4 + value.length * 3);
    const start = this.length + 4;
    const short = value.length <= SHORT && this.ascii(value, start);
    const written = short ? value.length : encoder.encodeInto(value, this.bytes.subarray(start)).written;
    this.view.setUint32(this.length, written, true);
    this.length = start + written;
    return this;
  }

  /** Writes `value` at `start` if all of it is ASCII. */
  private ascii(value: string, start: number): boolean {
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.bytes[start + index] = code;
    }
    return true;
  }

  private room(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
