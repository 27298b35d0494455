import { closeSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import { SYSCALL } from "../syscall.ts";
import { LOOK } from "./flags.ts";
import type { Scratch } from "./scratch.ts";
import { fstat } from "./status.ts";
import { type Fd, type FileStatus, typeOf } from "./types.ts";

/** The status of a name in a directory; of a link, its own. */
export type StatusReader = (dirFd: Fd, name: string) => FileStatus;

export function statusReader(libc: Libc, scratch: Scratch): StatusReader {
  if (process.platform === "darwin") return fstatat(libc, scratch);
  const read = statx(libc, scratch);
  try {
    read(AT_FDCWD, "/");
    return read;
  } catch {
    return opened(libc, scratch); // before Linux 4.11, or where a container's filter refuses it
  }
}

const AT_FDCWD = -100;

function opened(libc: Libc, scratch: Scratch): StatusReader {
  return (dirFd, name) => {
    const fd = libc.check(libc.functions.openat(dirFd, scratch.path(name), LOOK, 0));
    try {
      return fstat(fd);
    } finally {
      closeSync(fd);
    }
  };
}

const AT_SYMLINK_NOFOLLOW = { linux: 0x100, darwin: 0x20 };
const STATX_BASIC_STATS = 0x7ff;

/** `struct statx` is laid out alike on every architecture of Linux. */
function statx(libc: Libc, scratch: Scratch): StatusReader {
  const { view, dataAddress } = scratch;
  const { syscall } = libc.functions;
  return (dirFd, name) => {
    const path = scratch.path(name);
    libc.check(
      syscall(SYSCALL.statx, dirFd, path, AT_SYMLINK_NOFOLLOW.linux, STATX_BASIC_STATS, dataAddress, 0),
    );
    const mode = view.getUint16(28, true);
    return {
      type: typeOf(mode >> 12),
      dev: deviceNumber(view.getUint32(136, true), view.getUint32(140, true)),
      ino: view.getBigUint64(32, true),
      mode,
      nlink: view.getUint32(16, true),
      uid: view.getUint32(20, true),
      gid: view.getUint32(24, true),
      size: Number(view.getBigUint64(40, true)),
      blocks: Number(view.getBigUint64(48, true)),
      atimeSec: Number(view.getBigInt64(64, true)),
      atimeNsec: view.getUint32(72, true),
      ctimeSec: Number(view.getBigInt64(96, true)),
      ctimeNsec: view.getUint32(104, true),
      mtimeSec: Number(view.getBigInt64(112, true)),
      mtimeNsec: view.getUint32(120, true),
    };
  };
}

/** `dev_t` as fstat has it, from its two halves. */
function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (
    ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn)
  );
}

/** `struct stat` of 64-bit Darwin. */
function fstatat(libc: Libc, scratch: Scratch): StatusReader {
  const { view, dataAddress } = scratch;
  return (dirFd, name) => {
    libc.check(libc.functions.fstatat(dirFd, scratch.path(name), dataAddress, AT_SYMLINK_NOFOLLOW.darwin));
    const mode = view.getUint16(4, true);
    return {
      type: typeOf(mode >> 12),
      dev: BigInt(view.getInt32(0, true)),
      ino: view.getBigUint64(8, true),
      mode,
      nlink: view.getUint16(6, true),
      uid: view.getUint32(16, true),
      gid: view.getUint32(20, true),
      size: Number(view.getBigInt64(96, true)),
      blocks: Number(view.getBigInt64(104, true)),
      atimeSec: Number(view.getBigInt64(32, true)),
      atimeNsec: Number(view.getBigInt64(40, true)),
      mtimeSec: Number(view.getBigInt64(48, true)),
      mtimeNsec: Number(view.getBigInt64(56, true)),
      ctimeSec: Number(view.getBigInt64(64, true)),
      ctimeNsec: Number(view.getBigInt64(72, true)),
    };
  };
}
