import { closeSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import { LimitError } from "../limits.ts";
import { OsError } from "../os-error.ts";
import { SYSCALL } from "../syscall.ts";
import { decodeName } from "./name-text.ts";
import type { Scratch } from "./scratch.ts";
import { type DirectoryEntry, type Fd, type FileType, typeOf } from "./types.ts";

/** Reads all entries of a directory but `.` and `..`, and closes the descriptor. */
export type DirectoryReader = (fd: Fd, maximum: number) => DirectoryEntry[];

export function directoryReader(libc: Libc, scratch: Scratch): DirectoryReader {
  return process.platform === "darwin" ? readdir(libc) : getdents(libc, scratch);
}

/** An entry as it was listed. Few ask for the inode, whose number costs more than all else here. */
class Listed implements DirectoryEntry {
  constructor(
    readonly name: string,
    readonly type: FileType,
    private readonly low: number,
    private readonly high: number,
  ) {}
  get ino(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }
}

function add(entries: DirectoryEntry[], entry: DirectoryEntry, maximum: number): void {
  if (entry.name === "." || entry.name === "..") return;
  if (entries.length >= maximum) throw new LimitError("directoryEntries", maximum);
  entries.push(entry);
}

/** `struct linux_dirent64`: inode (8 bytes), offset (8), length (2), type (1), name. */
function getdents(libc: Libc, scratch: Scratch): DirectoryReader {
  const { data, view, dataAddress } = scratch;
  return (fd, maximum) => {
    const entries: DirectoryEntry[] = [];
    try {
      for (;;) {
        const filled = libc.check(
          libc.functions.syscall(SYSCALL.getdents64, fd, dataAddress, data.length, 0, 0, 0),
        );
        if (filled === 0) return entries;
        for (let at = 0; at < filled; at += view.getUint16(at + 16, true)) {
          const name = decodeName(data.subarray(at + 19, data.indexOf(0, at + 19)));
          const type = typeOf(view.getUint8(at + 18));
          const entry = new Listed(name, type, view.getUint32(at, true), view.getUint32(at + 4, true));
          add(entries, entry, maximum);
        }
      }
    } finally {
      closeSync(fd);
    }
  };
}

/** `struct dirent` of 64-bit Darwin: inode (8 bytes), offset (8), length (2), length of the name (2), type (1), name. */
function readdir(libc: Libc): DirectoryReader {
  return (fd, maximum) => {
    const stream = libc.functions.fdopendir(fd);
    if (stream === 0) {
      closeSync(fd);
      throw new OsError("EBADF");
    }
    const entries: DirectoryEntry[] = [];
    try {
      for (;;) {
        const address = libc.functions.readdir(stream);
        if (address === 0 || address === null) return entries;
        const head = new DataView(libc.copy(address, 0, 21).buffer);
        const name = decodeName(libc.copy(address, 21, head.getUint16(18, true)));
        add(entries, { name, type: typeOf(head.getUint8(20)), ino: head.getBigUint64(0, true) }, maximum);
      }
    } finally {
      libc.functions.closedir(stream);
    }
  };
}
