import type { Libc, Pointer } from "../bun-ffi.ts";

const encoder = new TextEncoder();

/** Arguments of a C function, alive until they are released. */
export class Memory {
  private readonly blocks = new Map<Pointer, Uint8Array>();

  constructor(private readonly libc: Libc) {}

  zeros(bytes: number): Pointer {
    return this.keep(new Uint8Array(new ArrayBuffer(bytes)));
  }

  /** 32-bit words at the beginning of a block of `bytes`. */
  words(words: readonly number[], bytes: number): Pointer {
    const block = new Uint8Array(bytes);
    const view = new DataView(block.buffer);
    words.forEach((word, index) => {
      view.setUint32(4 * index, word >>> 0, true);
    });
    return this.keep(block);
  }

  /** A C string. */
  text(text: string): Pointer {
    return this.keep(encoder.encode(`${text}\0`));
  }

  /** An array of C strings with a null pointer at its end. */
  texts(texts: readonly string[]): Pointer {
    const block = new Uint8Array(8 * (texts.length + 1));
    const view = new DataView(block.buffer);
    texts.forEach((text, index) => {
      view.setBigUint64(8 * index, BigInt(this.text(text)), true);
    });
    return this.keep(block);
  }

  int32At(address: Pointer): number {
    const block = this.blocks.get(address);
    if (block === undefined) throw new RangeError("not an address of this memory");
    return new DataView(block.buffer).getInt32(0, true);
  }

  release(): void {
    this.blocks.clear();
  }

  private keep(block: Uint8Array): Pointer {
    const address = this.libc.addressOf(block);
    this.blocks.set(address, block);
    return address;
  }
}
