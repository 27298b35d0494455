/** Tags of the ASN.1 types that certificates are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** Context-specific and constructed, as `[0]` and `[3]` of a certificate. */
  context: (number: number) => 0xa0 + number,
} as const;

/** Bytes that are not DER (X.690), or not of the structure that is read. */
export class DerError extends Error {
  override readonly name = "DerError";
  constructor() {
    super("BadDer");
  }
}

export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

/** Values of DER one after the other. Lengths are definite, minimal, and end within the bytes. */
export class DerReader {
  private position = 0;
  constructor(private readonly bytes: Buffer) {}

  get ended(): boolean {
    return this.position >= this.bytes.length;
  }

  /** The next value, which must be of `tag`. @throws {DerError} */
  read(tag: number): DerValue {
    const value = this.optional(tag);
    if (!value) throw new DerError();
    return value;
  }

  /** The next value if it is of `tag`. @throws {DerError} */
  optional(tag: number): DerValue | undefined {
    if (this.bytes[this.position] !== tag) return undefined;
    const start = this.position;
    let next = start + 1;
    let length = this.at(next++);
    if (length >= 0x80) {
      const width = length & 0x7f;
      // Four bytes of length are more than any file that is read.
      if (width === 0 || width > 4) throw new DerError();
      length = 0;
      for (let index = 0; index < width; index++) length = length * 256 + this.at(next++);
      if (length < 0x80 || length < 256 ** (width - 1)) throw new DerError();
    }
    if (next + length > this.bytes.length) throw new DerError();
    this.position = next + length;
    return {
      tag,
      content: this.bytes.subarray(next, this.position),
      whole: this.bytes.subarray(start, this.position),
    };
  }

  /** The content of the next value, to be read as values. */
  enter(tag: number): DerReader {
    return new DerReader(this.read(tag).content);
  }

  /** All values, which must be of `tag`. */
  all(tag: number): DerValue[] {
    const values: DerValue[] = [];
    while (!this.ended) values.push(this.read(tag));
    return values;
  }

  private at(position: number): number {
    const byte = this.bytes[position];
    if (byte === undefined) throw new DerError();
    return byte;
  }
}

/** Dotted form of an object identifier. */
export function oid(content: Buffer): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > 2 ** 40) throw new DerError();
    if (byte & 0x80) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - 40 * root, ...rest].join(".");
}
