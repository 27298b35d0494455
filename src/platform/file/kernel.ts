import { libc } from "../bun-ffi.ts";
import { OsError } from "../os-error.ts";
import { NativeKernel } from "./native-kernel.ts";
import { ProcKernel } from "./proc-kernel.ts";
import type { DirectoryEntry, Fd, FileStatus, FileTimes, RenameOptions } from "./types.ts";

/**
 * The calls that act on a name in an open directory, and those that `node:fs` lacks. A name has been checked: it is one
 * component. Every call throws an OsError when it fails.
 */
export interface Kernel {
  openAt(dirFd: Fd, name: string, flags: number, mode: number): Fd;
  /** Opens a path of many components in one call; undefined where the kernel has no such call. */
  readonly openPath?: ((dirFd: Fd, path: string, flags: number, follow: boolean) => Fd) | undefined;
  statAt(dirFd: Fd, name: string): FileStatus;
  list(dirFd: Fd, maximum: number): DirectoryEntry[];
  readLinkAt(dirFd: Fd, name: string): string;
  mkdirAt(dirFd: Fd, name: string, mode: number): void;
  unlinkAt(dirFd: Fd, name: string, directory: boolean): void;
  renameAt(fromDir: Fd, from: string, toDir: Fd, to: string, options: RenameOptions): void;
  symlinkAt(target: string, dirFd: Fd, name: string): void;
  chownLinkAt(dirFd: Fd, name: string, uid: number, gid: number): void;
  setTimes(fd: Fd, times: FileTimes): void;
  setXattr(fd: Fd, name: string, value: Uint8Array): void;
  getXattr(fd: Fd, name: string): Uint8Array;
  fallocate(fd: Fd, length: number): void;
  /**
   * Copies bytes at one offset of both files without having them here; returns how many, 0 also where the source says
   * nothing of its size. Absent where the system has no such call.
   */
  readonly copyRange?: (from: Fd, to: Fd, offset: number, length: number) => number;
  duplicate(fd: Fd): Fd;
  /** The path of the open file, in whatever form the kernel says that it has none. */
  realPath(fd: Fd): string;
}

let current: Kernel | undefined;

/** The kernel of this machine: by FFI where that works, else through `/proc/self/fd`. */
export function kernel(): Kernel {
  current ??= select();
  return current;
}

/** Runs `action` with `chosen` as the kernel: for tests, which run with each. */
export function withKernel<T>(chosen: Kernel, action: () => T): T {
  const before = current;
  current = chosen;
  try {
    return action();
  } finally {
    current = before;
  }
}

/** As {@link withKernel}, until what `action` returns is settled. */
export async function withKernelUntil<T>(chosen: Kernel, action: () => Promise<T>): Promise<T> {
  const before = current;
  current = chosen;
  try {
    return await action();
  } finally {
    current = before;
  }
}

function select(): Kernel {
  const functions = libc();
  if (functions !== undefined) return new NativeKernel(functions);
  // Without FFI a name in a directory is reached through /proc, which Linux alone has.
  if (process.platform !== "linux") throw new OsError("ENOSYS");
  return new ProcKernel();
}
