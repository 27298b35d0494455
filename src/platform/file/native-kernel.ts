import { closeSync, readlinkSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { SYSCALL } from "../syscall.ts";
import { LIST, STEP } from "./flags.ts";
import type { Kernel } from "./kernel.ts";
import { type DirectoryReader, directoryReader } from "./native-directory.ts";
import { type StatusReader, statusReader } from "./native-status.ts";
import { Scratch } from "./scratch.ts";
import type { DirectoryEntry, Fd, FileStatus, FileTimes, FileType, RenameOptions } from "./types.ts";

const darwin = process.platform === "darwin";

const AT_FDCWD = -100;
const AT_REMOVEDIR = darwin ? 0x80 : 0x200;
const AT_SYMLINK_NOFOLLOW = darwin ? 0x20 : 0x100;
const F_DUPFD_CLOEXEC = darwin ? 67 : 1030;
const F_GETPATH = 50;
/** Darwin's functions have two arguments more: a position and options. */
const XATTR = darwin ? [0, 0] : [0];

/** Of openat2: whether links, and those of /proc that lead anywhere, are followed. */
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const OPEN_HOW_BYTES = 24;

/** Of renameat2 and of renameatx_np. */
const RENAME = darwin ? { noReplace: 4, exchange: 2 } : { noReplace: 1, exchange: 2 };

/** The kernel by its C interface. */
export class NativeKernel implements Kernel {
  private readonly scratch: Scratch;
  private readonly status: StatusReader;
  private readonly directory: DirectoryReader;
  readonly openPath: Kernel["openPath"];
  readonly copyRange?: NonNullable<Kernel["copyRange"]>;

  constructor(private readonly libc: Libc) {
    this.scratch = new Scratch(libc);
    this.status = statusReader(libc, this.scratch);
    this.directory = directoryReader(libc, this.scratch);
    if (!darwin) this.copyRange = this.copyFileRange.bind(this);
    this.openPath = this.hasOpenat2() ? this.openat2.bind(this) : undefined;
  }

  openAt(dirFd: Fd, name: string, flags: number, mode: number): Fd {
    const { openat } = this.libc.functions;
    const path = this.scratch.path(name);
    if (!darwin) return this.libc.check(openat(dirFd, path, flags, mode));
    return this.libc.check(openat(dirFd, path, flags, 0, 0, 0, 0, 0, mode));
  }

  statAt(dirFd: Fd, name: string): FileStatus {
    return this.status(dirFd, name);
  }

  list(dirFd: Fd, maximum: number): DirectoryEntry[] {
    // The offset of a directory belongs to all who hold the descriptor: a new one starts at the beginning.
    const own = this.openAt(dirFd, ".", LIST, 0);
    const entries = this.directory(own, maximum);
    if (!entries.some(({ type }) => type === "unknown")) return entries;
    return entries.map(({ name, type, ino }) => ({
      name,
      type: type === "unknown" ? this.typeAt(dirFd, name) : type,
      ino,
    }));
  }

  readLinkAt(dirFd: Fd, name: string): string {
    const { data, dataAddress } = this.scratch;
    const { readlinkat } = this.libc.functions;
    const length = this.libc.check(readlinkat(dirFd, this.scratch.path(name), dataAddress, data.length));
    return this.scratch.text(length);
  }

  mkdirAt(dirFd: Fd, name: string, mode: number): void {
    this.libc.check(this.libc.functions.mkdirat(dirFd, this.scratch.path(name), mode));
  }

  unlinkAt(dirFd: Fd, name: string, directory: boolean): void {
    const flags = directory ? AT_REMOVEDIR : 0;
    this.libc.check(this.libc.functions.unlinkat(dirFd, this.scratch.path(name), flags));
  }

  renameAt(fromDir: Fd, from: string, toDir: Fd, to: string, options: RenameOptions): void {
    const { syscall, renameatx_np } = this.libc.functions;
    const flags = (options.noReplace ? RENAME.noReplace : 0) | (options.exchange ? RENAME.exchange : 0);
    const source = this.scratch.path(from);
    const target = this.scratch.secondPath(to);
    this.libc.check(
      darwin
        ? renameatx_np(fromDir, source, toDir, target, flags)
        : syscall(SYSCALL.renameat2, fromDir, source, toDir, target, flags, 0),
    );
  }

  symlinkAt(target: string, dirFd: Fd, name: string): void {
    const { symlinkat } = this.libc.functions;
    this.libc.check(symlinkat(this.scratch.path(target), dirFd, this.scratch.secondPath(name)));
  }

  chownLinkAt(dirFd: Fd, name: string, uid: number, gid: number): void {
    const path = this.scratch.path(name);
    this.libc.check(this.libc.functions.fchownat(dirFd, path, uid, gid, AT_SYMLINK_NOFOLLOW));
  }

  setTimes(fd: Fd, times: FileTimes): void {
    const { view, dataAddress } = this.scratch;
    [times.atimeSec, times.atimeNsec, times.mtimeSec, times.mtimeNsec].forEach((value, index) => {
      view.setBigInt64(8 * index, BigInt(value), true);
    });
    this.libc.check(this.libc.functions.futimens(fd, dataAddress));
  }

  setXattr(fd: Fd, name: string, value: Uint8Array): void {
    const { data, dataAddress } = this.scratch;
    if (value.length > data.length) throw new OsError("E2BIG");
    data.set(value);
    const address = this.scratch.path(name);
    this.libc.check(this.libc.functions.fsetxattr(fd, address, dataAddress, value.length, ...XATTR));
  }

  getXattr(fd: Fd, name: string): Uint8Array {
    const { data, dataAddress } = this.scratch;
    const address = this.scratch.path(name);
    const { fgetxattr } = this.libc.functions;
    const length = this.libc.check(
      fgetxattr(fd, address, dataAddress, data.length, ...(darwin ? XATTR : [])),
    );
    return data.slice(0, length);
  }

  fallocate(fd: Fd, length: number): void {
    if (darwin) throw new OsError("ENOTSUP");
    this.libc.check(this.libc.functions.fallocate(fd, 0, 0, length));
  }

  duplicate(fd: Fd): Fd {
    return this.libc.check(
      this.libc.functions.fcntl(fd, F_DUPFD_CLOEXEC, ...(darwin ? [0, 0, 0, 0, 0, 0] : [0])),
    );
  }

  realPath(fd: Fd): string {
    if (!darwin) return withOsErrors(() => readlinkSync(`/proc/self/fd/${fd}`));
    const { data, dataAddress } = this.scratch;
    this.libc.check(this.libc.functions.fcntl(fd, F_GETPATH, 0, 0, 0, 0, 0, dataAddress));
    return this.scratch.text(data.indexOf(0));
  }

  /** For file systems that do not say it in the listing. */
  private typeAt(dirFd: Fd, name: string): FileType {
    try {
      return this.statAt(dirFd, name).type;
    } catch {
      return "unknown"; // gone meanwhile
    }
  }

  private copyFileRange(from: Fd, to: Fd, offset: number, length: number): number {
    const { view, dataAddress } = this.scratch;
    const { syscall } = this.libc.functions;
    view.setBigInt64(0, BigInt(offset), true);
    view.setBigInt64(8, BigInt(offset), true);
    return this.libc.check(
      syscall(SYSCALL.copy_file_range, from, dataAddress, to, dataAddress + 8, length, 0),
    );
  }

  private openat2(dirFd: Fd, path: string, flags: number, follow: boolean): Fd {
    const { view, dataAddress } = this.scratch;
    view.setBigUint64(0, BigInt(flags), true);
    view.setBigUint64(8, 0n, true);
    view.setBigUint64(16, BigInt(RESOLVE_NO_MAGICLINKS | (follow ? 0 : RESOLVE_NO_SYMLINKS)), true);
    const { syscall } = this.libc.functions;
    const address = this.scratch.path(path);
    return this.libc.check(syscall(SYSCALL.openat2, dirFd, address, dataAddress, OPEN_HOW_BYTES, 0, 0));
  }

  /** Linux has it from 5.6 on, and a container's filter may refuse it. */
  private hasOpenat2(): boolean {
    if (darwin) return false;
    try {
      const fd = this.openat2(AT_FDCWD, "/", STEP, false);
      closeSync(fd);
      return true;
    } catch {
      return false;
    }
  }
}
