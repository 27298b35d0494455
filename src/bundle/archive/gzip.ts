import { BundleError } from "../errors.ts";
import { type Bound, expectWithin } from "./bound.ts";

/** RFC 1952, 2.3: deflate, no flags, no time, compressed the slowest way, on no known system. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255);
const TRAILER_BYTES = 8;
const LEVEL = 9;

/** `node:zlib`, loaded at first use: a start of the program without bundles should not pay for it. */
const zlib = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");

/** `bytes` as one gzip member whose header says nothing of when and where it was made. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([HEADER, zlib().deflateRawSync(bytes, { level: LEVEL }), trailerOf(bytes)]);
}

/**
 * What {@link gzip} made `bytes` of. It decompresses to no more than `most`, whatever the trailer says of the size.
 * @throws {BundleError} also for a header of others, for a further member and for anything after the end
 */
export function gunzip(bytes: Uint8Array, most: Bound): Uint8Array {
  if (Buffer.compare(bytes.subarray(0, HEADER.length), HEADER) !== 0) {
    throw invalid("it does not begin as one of ours; make it with remit bundle build");
  }
  const body = bytes.subarray(HEADER.length);
  const { buffer, read } = inflate(body, most);
  const trailer = body.subarray(read);
  if (trailer.length > TRAILER_BYTES) throw invalid("bytes follow its end");
  if (Buffer.compare(trailer, trailerOf(buffer)) !== 0) throw invalid("its checksum or size is wrong");
  return buffer;
}

/** CRC-32 and size of what is compressed. */
function trailerOf(bytes: Uint8Array): Uint8Array {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(zlib().crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return trailer;
}

/** What zlib's functions return with the option `info`, which their types do not know. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** Of its input. */
  readonly engine: { readonly bytesWritten: number };
}

function inflate(body: Uint8Array, most: Bound): { readonly buffer: Uint8Array; readonly read: number } {
  try {
    // With a maximum of 0 there would be none.
    const options = { maxOutputLength: Math.max(most.most, 1), info: true };
    const { buffer, engine } = zlib().inflateRawSync(body, options) as unknown as Inflated;
    return { buffer, read: engine.bytesWritten };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") expectWithin(most, Number.POSITIVE_INFINITY);
    throw invalid("its compressed content is damaged or cut short");
  }
}

const invalid = (why: string): BundleError =>
  new BundleError("archive_invalid", `the archive cannot be read: ${why}`);
