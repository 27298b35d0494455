/**
 * What a WebAssembly instance has done to its memory, as a file: for whom it is, a number, the size of the memory, and
 * the pages that differ from those of a new instance.
 */

const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;
const HEADER = { keyLength: 0, extra: 4, memoryBytes: 8, bytes: 12 } as const;

export interface MemoryImage {
  /** What the memory was made from; an image with another key is of no use. */
  readonly key: string;
  readonly extra: number;
  readonly memoryBytes: number;
  /** Page numbers, each followed by the page. */
  readonly pages: Buffer;
}

/** The image of a memory that was `before` when its instance was new, and is `after` now. */
export function packImage(key: string, extra: number, before: Uint8Array, after: Uint8Array): Uint8Array {
  const header = Buffer.alloc(HEADER.bytes);
  header.writeUInt32LE(Buffer.byteLength(key), HEADER.keyLength);
  header.writeUInt32LE(extra, HEADER.extra);
  header.writeUInt32LE(after.length, HEADER.memoryBytes);
  const parts = [header, Buffer.from(key)];
  const fresh = Buffer.alloc(after.length);
  fresh.set(before);
  for (let at = 0; at < after.length; at += PAGE_BYTES) {
    const page = after.subarray(at, at + PAGE_BYTES);
    if (fresh.subarray(at, at + PAGE_BYTES).equals(page)) continue;
    const number = Buffer.alloc(4);
    number.writeUInt32LE(at / PAGE_BYTES);
    parts.push(number, Buffer.from(page));
  }
  return Buffer.concat(parts);
}

export function unpackImage(file: Buffer): MemoryImage {
  const end = HEADER.bytes + file.readUInt32LE(HEADER.keyLength);
  return {
    key: file.toString("utf8", HEADER.bytes, end),
    extra: file.readUInt32LE(HEADER.extra),
    memoryBytes: file.readUInt32LE(HEADER.memoryBytes),
    pages: file.subarray(end),
  };
}

/** Makes the memory of a new instance the one of the image. */
export function applyImage({ memoryBytes, pages }: MemoryImage, memory: WebAssembly.Memory): void {
  const missing = memoryBytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE_BYTES));
  const bytes = new Uint8Array(memory.buffer);
  for (let at = 0; at < pages.length; at += 4 + PAGE_BYTES) {
    bytes.set(pages.subarray(at + 4, at + 4 + PAGE_BYTES), pages.readUInt32LE(at) * PAGE_BYTES);
  }
}
