import type { ByteInput } from "./input.ts";
import { zlib } from "./zlib.ts";

/** A DEFLATE stream (RFC 1951) that no compressor makes. */
export class CorruptStream extends Error {
  override readonly name = "CorruptStream";
  constructor() {
    super("corrupt deflate stream");
  }
}

/**
 * What is behind a stream of `node:zlib`. Without a callback its public functions decompress only as a whole, and an
 * archive or a log can be far larger than the memory of the machine.
 */
interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
  onerror: (message: string, number: number, code: string) => void;
  close(): void;
}
interface Stream {
  readonly _handle: Handle;
  /** What the last write left of the room for output, and of the input. */
  readonly _writeState: Uint32Array;
}

const PIECE_BYTES = 128 * 1024;
/** What is in the room for a single byte before it is written: a byte that is in no text. */
const UNWRITTEN = 0xff;

/**
 * What `input` decompresses to, in pieces, each valid until the next is asked for.
 * @throws {CorruptStream} and what `input` throws at its end, both after all that came before
 */
export function* inflate(input: ByteInput): Generator<Uint8Array, void, void> {
  const start = input.position;
  let given = 0;
  try {
    for (const piece of decompress(input, () => PIECE_BYTES)) {
      given += piece.length;
      yield piece;
    }
  } catch (error) {
    if (!(error instanceof CorruptStream)) throw error;
    // zlib does not say how much it wrote before the fault. Once more, and then byte by byte, it can be seen.
    input.seek(start);
    let again = 0;
    for (const piece of decompress(input, () => Math.min(Math.max(given - again, 1), PIECE_BYTES))) {
      again += piece.length;
      if (again > given) yield piece;
    }
  }
}

/** @param room for the next piece */
function* decompress(input: ByteInput, room: () => number): Generator<Uint8Array, void, void> {
  const { constants, createInflateRaw } = zlib();
  const { _handle: handle, _writeState: left } = createInflateRaw() as unknown as Stream;
  const buffer = new Uint8Array(PIECE_BYTES);
  let fault: string | undefined;
  handle.onerror = (_message, _number, code) => {
    fault = code;
  };
  try {
    for (;;) {
      const piece = input.next();
      const length = room();
      buffer[0] = UNWRITTEN;
      handle.writeSync(constants.Z_NO_FLUSH, piece, 0, piece.length, buffer, 0, length);
      if (fault !== undefined) {
        if (length === 1 && buffer[0] !== UNWRITTEN) yield buffer.subarray(0, 1);
        throw new CorruptStream();
      }
      const [roomLeft = 0, inputLeft = 0] = left;
      input.skip(piece.length - inputLeft);
      if (roomLeft < length) yield buffer.subarray(0, length - roomLeft);
      else if (inputLeft === piece.length) break;
    }
    // Neither takes nor gives anything: this is the end of the stream, or of the input before it.
    if (input.next().length > 0) return;
    handle.writeSync(constants.Z_FINISH, new Uint8Array(), 0, 0, buffer, 0, 1);
    if (fault !== undefined) throw input.atEnd;
  } finally {
    handle.close();
  }
}
