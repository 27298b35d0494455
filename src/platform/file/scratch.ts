import type { Libc, Pointer } from "../bun-ffi.ts";
import { LIMITS } from "../limits.ts";
import { OsError } from "../os-error.ts";
import { decodeName, encodeName } from "./name-text.ts";

const PATH_SPACE = LIMITS.pathBytes + 1;
const DATA_SPACE = 64 * 1024;

/**
 * Memory in which arguments are handed to C and results come back, allocated once: two paths, then data. Calls are
 * synchronous, so that one at a time uses it.
 */
export class Scratch {
  private readonly bytes = new Uint8Array(2 * PATH_SPACE + DATA_SPACE);
  private readonly address: Pointer;
  readonly data = this.bytes.subarray(2 * PATH_SPACE);
  readonly view = new DataView(this.bytes.buffer, 2 * PATH_SPACE);
  readonly dataAddress: Pointer;

  constructor(libc: Libc) {
    this.address = libc.addressOf(this.bytes);
    this.dataAddress = this.address + 2 * PATH_SPACE;
  }

  /** `text` as a C string. */
  path(text: string): Pointer {
    this.put(text, 0);
    return this.address;
  }

  /** Another one beside {@link path}. */
  secondPath(text: string): Pointer {
    this.put(text, PATH_SPACE);
    return this.address + PATH_SPACE;
  }

  /** The first `length` bytes of the data as text. */
  text(length: number): string {
    return decodeName(this.data.subarray(0, length));
  }

  private put(text: string, offset: number): void {
    const space = this.bytes.subarray(offset, offset + PATH_SPACE - 1);
    const written = encodeName(text, space);
    // A NUL would cut the path short: the kernel would see another one than was authorized.
    if (space.subarray(0, written).includes(0)) throw new OsError("EINVAL");
    this.bytes[offset + written] = 0;
  }
}
