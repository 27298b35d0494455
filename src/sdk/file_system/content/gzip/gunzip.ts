import { inflate } from "./inflate.ts";
import { ByteInput, type ReadAt } from "./input.ts";
import { zlib } from "./zlib.ts";

/** Content that is not gzip (RFC 1952), or that is damaged. */
export class GzipError extends Error {
  override readonly name = "GzipError";
}

const END = "unexpected end of file";
const CHECKSUM = "corrupt gzip stream does not have a matching checksum";

const FLAGS = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };
/** Bytes of a file name or comment in the header. */
const MAX_TEXT = 64 * 1024;

/**
 * The first member of the gzip content that `read` reads, decompressed, in pieces, each valid until the
 * next is asked for.
 * @throws {GzipError} after all that could be decompressed
 */
export function* gunzip(read: ReadAt, offset = 0): Generator<Uint8Array, void, void> {
  const { crc32 } = zlib();
  const input = new ByteInput(read, offset, new GzipError(END));
  readHeader(input);
  let checksum = 0;
  let size = 0;
  input.atEnd = new GzipError("incomplete deflate stream");
  try {
    for (const piece of inflate(input)) {
      checksum = crc32(piece, checksum);
      size += piece.length;
      yield piece;
    }
  } catch (error) {
    throw error instanceof GzipError ? error : new GzipError("corrupt deflate stream");
  }
  input.atEnd = new GzipError(END);
  if (input.integer(4) !== checksum || input.integer(4) !== size % 2 ** 32) throw new GzipError(CHECKSUM);
}

function readHeader(input: ByteInput): void {
  let checksum = 0;
  const { crc32 } = zlib();
  const byte = () => {
    const value = input.byte();
    checksum = crc32(Uint8Array.of(value), checksum);
    return value;
  };
  const fixed = Array.from({ length: 10 }, byte);
  const [first, second, method, flags = 0] = fixed;
  if (first !== 0x1f || second !== 0x8b || method !== 8 || (flags & FLAGS.reserved) !== 0) {
    throw new GzipError("invalid gzip header");
  }
  if (flags & FLAGS.extra) {
    const length = byte() + 256 * byte();
    for (let left = length; left > 0; left--) byte();
  }
  for (const flag of [FLAGS.name, FLAGS.comment]) {
    if (!(flags & flag)) continue;
    for (let length = 0; byte() !== 0; length++) {
      if (length >= MAX_TEXT) throw new GzipError("invalid gzip header");
    }
  }
  if (flags & FLAGS.headerChecksum) {
    const expected = checksum & 0xffff;
    if (input.integer(2) !== expected) throw new GzipError(CHECKSUM);
  }
}
