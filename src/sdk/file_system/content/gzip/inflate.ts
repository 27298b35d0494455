import type { BitInput } from "./input.ts";

/**
 * DEFLATE (RFC 1951) one step at a time: `node:zlib` decompresses without a callback only as a whole, and an
 * archive or a log can be far larger than the memory of the machine.
 */

const WINDOW_BYTES = 32 * 1024;
const BUFFER_BYTES = 4 * WINDOW_BYTES;
const LONGEST_MATCH = 258;
const MAX_BITS = 15;

/** A DEFLATE stream that no compressor makes. */
export class CorruptStream extends Error {
  override readonly name = "CorruptStream";
  constructor() {
    super("corrupt deflate stream");
  }
}

/** RFC 1951, 3.2.5: for codes 257 to 285 the shortest length and the extra bits. */
const LENGTHS = table(
  [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
    227, 258,
  ],
  [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
/** The same for the distance codes 0 to 29. */
const DISTANCES = table(
  [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
    4097, 6145, 8193, 12289, 16385, 24577,
  ],
  [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
);
/** RFC 1951, 3.2.7: the order in which lengths of code length codes are given. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function table(bases: readonly number[], extras: readonly number[]) {
  return { bases: Uint16Array.from(bases), extras: Uint8Array.from(extras) };
}

/** A prefix code: by the next `bits` bits, the symbol and in the low four bits the length of its code. */
interface Code {
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** The code with these lengths by symbol. `sparse`: it may have a single symbol, of one bit, or none. */
function makeCode(lengths: Uint8Array, sparse: boolean): Code {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const next = new Uint16Array(MAX_BITS + 2);
  let left = 1;
  let bits = 0;
  for (let length = 1; length <= MAX_BITS; length++) {
    const count = counts[length] ?? 0;
    left = 2 * left - count;
    if (left < 0) throw new CorruptStream();
    if (count > 0) bits = length;
    next[length + 1] = ((next[length] ?? 0) + count) << 1;
  }
  if (left > 0 && !(sparse && bits <= 1)) throw new CorruptStream();
  const entries = new Uint16Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    for (let index = reverse(code, length); index < entries.length; index += 1 << length) {
      entries[index] = (symbol << 4) | length;
    }
  }
  return { bits, entries };
}

function reverse(code: number, width: number): number {
  let reversed = 0;
  for (let bit = 0; bit < width; bit++) reversed |= ((code >> bit) & 1) << (width - 1 - bit);
  return reversed;
}

function symbolOf(input: BitInput, { bits, entries }: Code): number {
  const entry = entries[input.peek(bits)] ?? 0;
  if (entry === 0) throw new CorruptStream();
  input.skip(entry & 15);
  return entry >> 4;
}

const FIXED = {
  literals: makeCode(
    Uint8Array.from({ length: 288 }, (_, symbol) =>
      symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
    ),
    false,
  ),
  distances: makeCode(new Uint8Array(32).fill(5), false),
};

function dynamicCodes(input: BitInput) {
  const literals = input.take(5) + 257;
  const distances = input.take(5) + 1;
  const given = input.take(4) + 4;
  if (literals > 286 || distances > 30) throw new CorruptStream();
  const codeLengths = new Uint8Array(19);
  for (const symbol of ORDER.slice(0, given)) codeLengths[symbol] = input.take(3);
  const code = makeCode(codeLengths, false);
  const lengths = new Uint8Array(literals + distances);
  for (let index = 0; index < lengths.length; ) {
    const symbol = symbolOf(input, code);
    if (symbol < 16) {
      lengths[index++] = symbol;
      continue;
    }
    if (symbol === 16 && index === 0) throw new CorruptStream();
    const value = symbol === 16 ? (lengths[index - 1] ?? 0) : 0;
    const times = symbol === 16 ? 3 + input.take(2) : symbol === 17 ? 3 + input.take(3) : 11 + input.take(7);
    if (index + times > lengths.length) throw new CorruptStream();
    lengths.fill(value, index, index + times);
    index += times;
  }
  // Without a code for the end of the block it would have no end.
  if (lengths[256] === 0) throw new CorruptStream();
  return {
    literals: makeCode(lengths.subarray(0, literals), true),
    distances: makeCode(lengths.subarray(literals), true),
  };
}

/**
 * What `input` decompresses to, in pieces.
 * @throws {CorruptStream} and what `input` throws at its end, both after all that came before
 */
export function* inflate(input: BitInput): Generator<Uint8Array, void, void> {
  const output = new Output();
  try {
    for (let last = false; !last; ) {
      last = input.take(1) === 1;
      const kind = input.take(2);
      if (kind === 3) throw new CorruptStream();
      if (kind === 0) yield* stored(input, output);
      else yield* compressed(input, output, kind === 1 ? FIXED : dynamicCodes(input));
    }
  } catch (error) {
    // What was decompressed before the error is given out first.
    yield output.flush();
    throw error;
  }
  yield output.flush();
}

function* stored(input: BitInput, output: Output): Generator<Uint8Array, void, void> {
  const length = input.integer(2);
  if (length !== (input.integer(2) ^ 0xffff)) throw new CorruptStream();
  for (let left = length; left > 0; left--) {
    if (output.full) yield output.flush();
    output.put(input.byte());
  }
}

function* compressed(
  input: BitInput,
  output: Output,
  { literals, distances }: { literals: Code; distances: Code },
): Generator<Uint8Array, void, void> {
  for (;;) {
    if (output.full) yield output.flush();
    const symbol = symbolOf(input, literals);
    if (symbol < 256) {
      output.put(symbol);
      continue;
    }
    if (symbol === 256) return;
    const length = extended(input, LENGTHS, symbol - 257);
    output.copy(extended(input, DISTANCES, symbolOf(input, distances)), length);
  }
}

function extended(input: BitInput, { bases, extras }: ReturnType<typeof table>, code: number): number {
  const base = bases[code];
  if (base === undefined) throw new CorruptStream();
  return base + input.take(extras[code] ?? 0);
}

/** The decompressed bytes not yet given out, after the window that matches refer to. */
class Output {
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private start = 0;
  private end = 0;

  /** Another match may not fit. */
  get full(): boolean {
    return this.end + LONGEST_MATCH > BUFFER_BYTES;
  }

  put(byte: number): void {
    this.buffer[this.end++] = byte;
  }

  copy(distance: number, length: number): void {
    if (distance > this.end) throw new CorruptStream();
    // Byte by byte: a match may overlap what it makes.
    for (let left = length; left > 0; left--) this.put(this.buffer[this.end - distance] ?? 0);
  }

  /** What is not yet given out; keeps the window. */
  flush(): Uint8Array {
    const piece = this.buffer.slice(this.start, this.end);
    if (this.end > WINDOW_BYTES) {
      this.buffer.copyWithin(0, this.end - WINDOW_BYTES, this.end);
      this.end = WINDOW_BYTES;
    }
    this.start = this.end;
    return piece;
  }
}
