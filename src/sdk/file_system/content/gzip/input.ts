/** Reads into `buffer` from `offset` of the content on; returns the number of bytes, 0 at the end. */
export type ReadAt = (buffer: Uint8Array, offset: number) => number;

const BUFFER_BYTES = 64 * 1024;

/** Bytes of content in their order. */
export class ByteInput {
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private start = 0;
  private end = 0;

  /** @param offset where reading starts */
  constructor(
    private readonly read: ReadAt,
    private offset = 0,
    /** Thrown when the content ends before what is read. */
    public atEnd: Error,
  ) {}

  /** Where in the content the next byte is. */
  get position(): number {
    return this.offset - (this.end - this.start);
  }

  /** Goes back, or on, to where {@link position} was. */
  seek(position: number): void {
    this.offset = position;
    this.start = this.end = 0;
  }

  /** The bytes that come next, none at the end; valid until more are asked for. */
  next(): Uint8Array {
    if (this.start === this.end) {
      this.start = 0;
      this.end = this.read(this.buffer, this.offset);
      this.offset += this.end;
    }
    return this.buffer.subarray(this.start, this.end);
  }

  /** So many of {@link next} were taken. */
  skip(count: number): void {
    this.start += count;
  }

  byte(): number {
    const [byte] = this.next();
    if (byte === undefined) throw this.atEnd;
    this.skip(1);
    return byte;
  }

  /** Little-endian number of `bytes` bytes. */
  integer(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value += this.byte() * 2 ** (8 * index);
    return value;
  }
}
