/** Up to here a string is read by a loop: calling the decoder costs more. */
const SHORT = 24;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes of the engine, little-endian. A read beyond the end throws a RangeError. */
export class Reader {
  private offset = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.offset++);
  }

  u16(): number {
    const value = this.view.getUint16(this.offset, true);
    this.offset += 2;
    return value;
  }

  u32(): number {
    const value = this.view.getUint32(this.offset, true);
    this.offset += 4;
    return value;
  }

  i64(): bigint {
    const value = this.view.getBigInt64(this.offset, true);
    this.offset += 8;
    return value;
  }

  u64(): bigint {
    const value = this.view.getBigUint64(this.offset, true);
    this.offset += 8;
    return value;
  }

  f64(): number {
    const value = this.view.getFloat64(this.offset, true);
    this.offset += 8;
    return value;
  }

  /** A copy: the engine's memory changes under a view of it. */
  raw(): Uint8Array {
    return this.take().slice();
  }

  text(): string {
    const bytes = this.take();
    if (bytes.length <= SHORT) {
      let text = "";
      let index = 0;
      for (; index < bytes.length; index++) {
        const byte = bytes[index] ?? 0;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (index === bytes.length) return text;
    }
    return decoder.decode(bytes);
  }

  private take(): Uint8Array {
    const length = this.u32();
    const end = this.offset + length;
    if (end > this.bytes.length) throw new RangeError("length beyond the message");
    const bytes = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return bytes;
  }
}
