import type { ReadAt } from "../gzip/input.ts";

/** Content that is not ELF, or whose parts point outside it. */
export class ElfError extends Error {
  override readonly name = "ElfError";
}

export interface Elf {
  readonly is64: boolean;
  /** Path of the dynamic loader, from `PT_INTERP`. */
  readonly interpreter: string | undefined;
  /** Of a core dump: the path by which the program was started, from its auxiliary vector. */
  readonly execfn: string | undefined;
  /** Of a core dump: the machine, such as `x86_64`. */
  readonly platform: string | undefined;
}

const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_NOTE = 4;
const NT_AUXV = 6;
const AT_PLATFORM = 15n;
const AT_EXECFN = 31n;

/** Bytes of a path or name in the file, with its NUL. */
const MAX_STRING = 4096;
const MAX_NOTES = 100_000;
const MAX_AUXV = 64 * 1024;

/** Where a field of the file header, or of a program header, is in each class. */
const FILE_HEADER = {
  32: { size: 52, phoff: 28, shoff: 32, phentsize: 42, phnum: 44 },
  64: { size: 64, phoff: 32, shoff: 40, phentsize: 54, phnum: 56 },
} as const;
const PROGRAM_HEADER = {
  32: { size: 32, offset: 4, vaddr: 8, filesz: 16, memsz: 20, align: 28 },
  64: { size: 56, offset: 8, vaddr: 16, filesz: 32, memsz: 40, align: 48 },
} as const;

interface Segment {
  readonly type: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
}

/**
 * What the ELF file of `size` bytes says of itself. Only headers and notes are read, never the whole file.
 * @throws {ElfError}
 */
export function readElf(read: ReadAt, size: number): Elf {
  const file = openElf(read, size);
  const segments = readSegments(file);
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  const auxv = findAuxv(file, segments);
  return {
    is64: file.bits === 64,
    interpreter: interpreter && file.string(interpreter.offset, interpreter.filesz),
    execfn: addressed(file, segments, auxv.get(AT_EXECFN)),
    platform: addressed(file, segments, auxv.get(AT_PLATFORM)),
  };
}

type ElfFile = ReturnType<typeof openElf>;

function openElf(read: ReadAt, size: number) {
  /** `length` bytes at `offset`, fewer at the end. */
  const bytes = (offset: bigint, length: number): Buffer => {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const position = offset + BigInt(filled);
      const count = position >= size ? 0 : read(buffer.subarray(filled), Number(position));
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  };
  const identity = bytes(0n, 16);
  if (identity.length < 16) throw new ElfError("Malformed entity: Too small");
  if (identity.toString("latin1", 0, 4) !== "\x7fELF") {
    throw new ElfError(`Invalid magic number: 0x${identity.readBigUInt64LE(0).toString(16)}`);
  }
  const bits = identity[4] === 1 ? 32 : identity[4] === 2 ? 64 : undefined;
  if (!bits) throw new ElfError(`Malformed entity: invalid ELF class ${identity[4]}`);
  const little = identity[5] === 1;
  if (!little && identity[5] !== 2) {
    throw new ElfError(`Malformed entity: invalid ELF endianness DATA type ${identity[5]}`);
  }
  const short = (from: Buffer, at: number) => (little ? from.readUInt16LE(at) : from.readUInt16BE(at));
  const word = (from: Buffer, at: number) => (little ? from.readUInt32LE(at) : from.readUInt32BE(at));
  const long = (from: Buffer, at: number) => (little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
  return {
    bits: bits as 32 | 64,
    size: BigInt(size),
    bytes,
    short,
    word,
    /** An address, offset or size in the width of the class. */
    address: (from: Buffer, at: number) => (bits === 64 ? long(from, at) : BigInt(word(from, at))),
    /** The text at `offset` up to a NUL within `length` bytes; `undefined` where there is none, or it is not UTF-8. */
    string: (offset: bigint, length: bigint): string | undefined => {
      const found = bytes(offset, Number(length < MAX_STRING ? length : MAX_STRING));
      const end = found.indexOf(0);
      return end < 0 ? undefined : utf8(found.subarray(0, end));
    },
  };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function readSegments(file: ElfFile): Segment[] {
  const at = FILE_HEADER[file.bits];
  const header = file.bytes(0n, at.size);
  if (header.length < at.size) throw new ElfError("Malformed entity: Too small");
  const start = file.address(header, at.phoff);
  const sections = file.address(header, at.shoff);
  for (const offset of [start, sections]) if (offset > file.size) throw new ElfError(`bad offset ${offset}`);
  const count = file.short(header, at.phnum);
  const field = PROGRAM_HEADER[file.bits];
  if (count === 0) return [];
  if (file.short(header, at.phentsize) !== field.size)
    throw new ElfError("Malformed entity: program header size");
  const table = file.bytes(start, count * field.size);
  if (table.length < count * field.size) {
    throw new ElfError(`Buffer is too short for ${count} program headers`);
  }
  return Array.from({ length: count }, (_, index) => {
    const segment = table.subarray(index * field.size, (index + 1) * field.size);
    return {
      type: file.word(segment, 0),
      offset: file.address(segment, field.offset),
      vaddr: file.address(segment, field.vaddr),
      filesz: file.address(segment, field.filesz),
      memsz: file.address(segment, field.memsz),
      align: file.address(segment, field.align),
    };
  });
}

/** The first auxiliary vector among the notes, by type; empty where there is none. */
function findAuxv(file: ElfFile, segments: readonly Segment[]): Map<bigint, bigint> {
  let notes = 0;
  for (const { type, offset, filesz, align } of segments) {
    if (type !== PT_NOTE) continue;
    const end = offset + filesz;
    if (end > file.size) throw new ElfError(`bad offset ${end}`);
    const pad = (length: number) => (align === 8n ? Math.ceil(length / 8) * 8 : Math.ceil(length / 4) * 4);
    for (let next = offset; next + 12n <= end; ) {
      if (++notes > MAX_NOTES) throw new ElfError(`more than ${MAX_NOTES} notes`);
      const header = file.bytes(next, 12);
      const description = next + BigInt(pad(12 + file.word(header, 0)));
      const length = file.word(header, 4);
      if (description + BigInt(length) > end) throw new ElfError("a note is longer than its segment");
      if (file.word(header, 8) === NT_AUXV) return readAuxv(file, description, length);
      next = description + BigInt(pad(length));
    }
  }
  return new Map();
}

function readAuxv(file: ElfFile, offset: bigint, length: number): Map<bigint, bigint> {
  const values = new Map<bigint, bigint>();
  const bytes = file.bytes(offset, Math.min(length, MAX_AUXV));
  const width = file.bits / 8;
  for (let at = 0; at + 2 * width <= bytes.length; at += 2 * width) {
    values.set(file.address(bytes, at), file.address(bytes, at + width));
  }
  return values;
}

/** The text at a virtual address of the process that the core dump is of. */
function addressed(
  file: ElfFile,
  segments: readonly Segment[],
  address: bigint | undefined,
): string | undefined {
  if (address === undefined) return undefined;
  for (const { type, vaddr, memsz, offset } of segments) {
    if (type !== PT_LOAD || address < vaddr || address >= vaddr + memsz) continue;
    const text = file.string(address - vaddr + offset, BigInt(MAX_STRING));
    if (text !== undefined) return text;
  }
  return undefined;
}
