/** Reads into `buffer` from `offset` of the content on; returns the number of bytes, 0 at the end. */
export type ReadAt = (buffer: Uint8Array, offset: number) => number;

const BUFFER_BYTES = 64 * 1024;

/** Bits and bytes of content in the order of DEFLATE: the lowest bit of a byte first. */
export class BitInput {
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private next = 0;
  private end = 0;
  private bits = 0;
  private count = 0;

  /** @param offset where reading starts */
  constructor(
    private readonly read: ReadAt,
    private offset = 0,
    /** Thrown when the content ends before what is read. */
    public atEnd: Error,
  ) {}

  /** The next whole byte. What is left of a byte that was begun is skipped. */
  byte(): number {
    this.align();
    return this.take(8);
  }

  /** Little-endian number of `bytes` whole bytes. */
  integer(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value += this.byte() * 2 ** (8 * index);
    return value;
  }

  /** The next `width` bits, at most 16. */
  take(width: number): number {
    while (this.count < width) this.fill();
    const value = this.bits & ((1 << width) - 1);
    this.drop(width);
    return value;
  }

  /** The next `width` bits without taking them, zeros after the end; {@link skip} says how many were meant. */
  peek(width: number): number {
    while (this.count < width && !this.exhausted()) this.fill();
    return this.bits & ((1 << width) - 1);
  }

  skip(width: number): void {
    if (width > this.count) throw this.atEnd;
    this.drop(width);
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.drop(this.count & 7);
  }

  private drop(width: number): void {
    this.bits >>>= width;
    this.count -= width;
  }

  private exhausted(): boolean {
    if (this.next < this.end) return false;
    this.end = this.read(this.buffer, this.offset);
    this.offset += this.end;
    this.next = 0;
    return this.end === 0;
  }

  private fill(): void {
    if (this.exhausted()) throw this.atEnd;
    this.bits |= (this.buffer[this.next++] ?? 0) << this.count;
    this.count += 8;
  }
}
