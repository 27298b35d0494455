import { describe, expect, test } from "bun:test";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import fc from "fast-check";
import { ElfError, readElf } from "./elf.ts";

interface TestSegment {
  type: number;
  offset: number;
  vaddr?: number;
  filesz: number;
  memsz?: number;
}

/** A little-endian ELF file: header, program headers, and `data` at 512. */
function elf(bits: 32 | 64, segments: readonly TestSegment[], data: Uint8Array = new Uint8Array()): Buffer {
  const file = Buffer.alloc(512 + data.length);
  file.write("\x7fELF", "latin1");
  file[4] = bits === 64 ? 2 : 1;
  file[5] = 1;
  const address = (value: number, at: number) =>
    bits === 64 ? file.writeBigUInt64LE(BigInt(value), at) : file.writeUInt32LE(value, at);
  const [header, size] = bits === 64 ? [64, 56] : [52, 32];
  address(header, bits === 64 ? 32 : 28);
  file.writeUInt16LE(size, bits === 64 ? 54 : 42);
  file.writeUInt16LE(segments.length, bits === 64 ? 56 : 44);
  for (const [index, { type, offset, vaddr = 0, filesz, memsz = filesz }] of segments.entries()) {
    const at = header + index * size;
    const [offsetAt, vaddrAt, fileszAt, memszAt] = bits === 64 ? [8, 16, 32, 40] : [4, 8, 16, 20];
    file.writeUInt32LE(type, at);
    address(offset, at + offsetAt);
    address(vaddr, at + vaddrAt);
    address(filesz, at + fileszAt);
    address(memsz, at + memszAt);
  }
  file.set(data, 512);
  return file;
}

function note(type: number, description: Uint8Array): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt32LE(5, 0);
  header.writeUInt32LE(description.length, 4);
  header.writeUInt32LE(type, 8);
  header.write("CORE", 12);
  return Buffer.concat([header, description, Buffer.alloc((4 - (description.length % 4)) % 4)]);
}

function auxv(entries: readonly [type: number, value: number][]): Buffer {
  const bytes = Buffer.alloc(16 * entries.length);
  for (const [index, [type, value]] of entries.entries()) {
    bytes.writeBigUInt64LE(BigInt(type), 16 * index);
    bytes.writeBigUInt64LE(BigInt(value), 16 * index + 8);
  }
  return bytes;
}

const read = (file: Uint8Array) =>
  readElf((buffer, offset) => {
    const piece = file.subarray(offset, offset + buffer.length);
    buffer.set(piece);
    return piece.length;
  }, file.length);

const messageOf = (file: Uint8Array): string => {
  try {
    read(file);
  } catch (error) {
    if (error instanceof ElfError) return error.message;
    throw error;
  }
  throw new Error("expected an ElfError");
};

describe("elf", () => {
  test.each([32, 64] as const)("interpreter of %d bits", (bits) => {
    const file = elf(bits, [{ type: 3, offset: 512, filesz: 20 }], Buffer.from("/lib/ld-test.so.1\0\0\0"));
    const common = { execfn: undefined, platform: undefined };
    expect(read(file)).toEqual({ ...common, is64: bits === 64, interpreter: "/lib/ld-test.so.1" });
    expect(read(elf(bits, []))).toEqual({ ...common, is64: bits === 64, interpreter: undefined });
  });

  test.if(process.platform === "linux")("a real executable", () => {
    const fd = openSync(process.execPath, "r");
    try {
      const found = readElf((buffer, at) => readSync(fd, buffer, 0, buffer.length, at), fstatSync(fd).size);
      expect(found.is64).toBe(true);
      expect(found.interpreter).toContain("ld-");
    } finally {
      closeSync(fd);
    }
  });

  const strings = Buffer.from("x86_64\0/srv/app\0");
  const core = (entries: readonly [number, number][], before = Buffer.alloc(0)) => {
    const notes = Buffer.concat([before, note(6, auxv(entries))]);
    return elf(
      64,
      [
        { type: 4, offset: 512, filesz: notes.length },
        { type: 1, offset: 512 + notes.length, vaddr: 0x7000, filesz: strings.length },
      ],
      Buffer.concat([notes, strings]),
    );
  };

  test("execfn and platform of a core dump", () => {
    const file = core([
      [15, 0x7000],
      [31, 0x7007],
      [0, 0],
    ]);
    expect(read(file)).toMatchObject({ execfn: "/srv/app", platform: "x86_64" });
  });

  test("notes before the auxiliary vector are skipped", () => {
    const before = Buffer.concat([note(1, Buffer.alloc(7)), note(3, Buffer.alloc(16))]);
    expect(read(core([[31, 0x7007]], before))).toMatchObject({ execfn: "/srv/app", platform: undefined });
  });

  test.each([
    ["below every segment", 0x6fff],
    ["behind every segment", 0x7010],
  ])("an address %s is nothing", (_, address) => {
    expect(read(core([[31, address]])).execfn).toBeUndefined();
  });

  const changed = (at: number, value: number) => {
    const file = Uint8Array.from(elf(64, [{ type: 3, offset: 512, filesz: 4 }]));
    file[at] = value;
    return file;
  };
  test.each([
    ["nothing", new Uint8Array(), "Malformed entity: Too small"],
    ["text", Buffer.from("ABCDEFGHIJKLMNOPQRST"), "Invalid magic number: 0x4847464544434241"],
    ["another class", changed(4, 9), "invalid ELF class 9"],
    ["another byte order", changed(5, 9), "invalid ELF endianness DATA type 9"],
    ["half a header", elf(64, []).subarray(0, 40), "Too small"],
    ["headers beyond the end", changed(39, 1), "bad offset 72057594037928000"],
    ["too many headers", changed(57, 255), "Buffer is too short for 65281 program headers"],
    ["notes beyond the end", elf(64, [{ type: 4, offset: 512, filesz: 2 ** 40 }]), "bad offset"],
    [
      "a note longer than its segment",
      elf(64, [{ type: 4, offset: 512, filesz: 20 }], note(6, Buffer.alloc(64))),
      "longer than its segment",
    ],
  ])("%s", (_, file, message) => {
    expect(messageOf(file)).toContain(message);
  });

  test("endless notes are refused", () => {
    const notes = Buffer.alloc(12 * 100_001);
    expect(messageOf(elf(64, [{ type: 4, offset: 512, filesz: notes.length }], notes))).toContain(
      "100000 notes",
    );
  });

  test("any bytes are ELF or an ElfError", () => {
    const file = core([
      [15, 0x7000],
      [31, 0x7007],
    ]);
    const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(changes, (list) => {
        const copy = Uint8Array.from(file);
        for (const [at, value] of list) copy[at] = value;
        try {
          read(copy);
        } catch (error) {
          expect(error).toBeInstanceOf(ElfError);
        }
      }),
    );
  });
});
