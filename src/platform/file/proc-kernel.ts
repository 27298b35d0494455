import {
  constants,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { LimitError } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import type { Kernel } from "./kernel.ts";
import { fileStatus } from "./status.ts";
import type { DirectoryEntry, Fd, FileStatus, FileTimes, RenameOptions } from "./types.ts";

/**
 * The kernel by `node:fs`: a name in an open directory is `/proc/self/fd/<directory>/<name>`, of which the kernel
 * resolves no more than that one component. What `node:fs` cannot do fails with ENOTSUP. The times it sets are exact
 * to the microsecond.
 */
export class ProcKernel implements Kernel {
  openAt(dirFd: Fd, name: string, flags: number, mode: number): Fd {
    return withOsErrors(() => openSync(at(dirFd, name), flags, mode));
  }

  statAt(dirFd: Fd, name: string): FileStatus {
    return withOsErrors(() => fileStatus(lstatSync(at(dirFd, name), { bigint: true })));
  }

  list(dirFd: Fd, maximum: number): DirectoryEntry[] {
    return withOsErrors(() => {
      const directory = opendirSync(at(dirFd, "."));
      try {
        const entries: DirectoryEntry[] = [];
        for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
          if (entries.length >= maximum) throw new LimitError("directoryEntries", maximum);
          entries.push(this.entry(dirFd, entry.name));
        }
        return entries;
      } finally {
        directory.closeSync();
      }
    });
  }

  private entry(dirFd: Fd, name: string): DirectoryEntry {
    try {
      const { type, ino } = this.statAt(dirFd, name);
      return { name, type, ino };
    } catch {
      return { name, type: "unknown", ino: 0n }; // gone meanwhile, or not a name in UTF-8
    }
  }

  readLinkAt(dirFd: Fd, name: string): string {
    return withOsErrors(() => readlinkSync(at(dirFd, name)));
  }

  mkdirAt(dirFd: Fd, name: string, mode: number): void {
    withOsErrors(() => mkdirSync(at(dirFd, name), { mode }));
  }

  unlinkAt(dirFd: Fd, name: string, directory: boolean): void {
    withOsErrors(() => (directory ? rmdirSync : unlinkSync)(at(dirFd, name)));
  }

  renameAt(fromDir: Fd, from: string, toDir: Fd, to: string, options: RenameOptions): void {
    if (options.exchange) throw new OsError("ENOTSUP");
    const [source, target] = [at(fromDir, from), at(toDir, to)];
    withOsErrors(() => {
      if (options.noReplace) {
        // Both take the name only if it is free. A directory may then replace the empty one.
        if (lstatSync(source).isDirectory()) mkdirSync(target);
        else {
          linkSync(source, target);
          unlinkSync(source);
          return;
        }
      }
      renameSync(source, target);
    });
  }

  symlinkAt(target: string, dirFd: Fd, name: string): void {
    withOsErrors(() => symlinkSync(target, at(dirFd, name)));
  }

  chownLinkAt(dirFd: Fd, name: string, uid: number, gid: number): void {
    withOsErrors(() => lchownSync(at(dirFd, name), uid, gid));
  }

  setTimes(fd: Fd, times: FileTimes): void {
    withOsErrors(() =>
      futimesSync(fd, timeOf(times.atimeSec, times.atimeNsec), timeOf(times.mtimeSec, times.mtimeNsec)),
    );
  }

  setXattr(): void {
    throw new OsError("ENOTSUP");
  }

  getXattr(): Uint8Array {
    throw new OsError("ENOTSUP");
  }

  fallocate(): void {
    throw new OsError("ENOTSUP");
  }

  /** Opens the file anew, as it was opened: with its own offset, which none of ours relies on. */
  duplicate(fd: Fd): Fd {
    return withOsErrors(() => {
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1];
      if (flags === undefined) throw new OsError("EBADF");
      return openSync(`/proc/self/fd/${fd}`, Number.parseInt(flags, 8) & ~constants.O_NOFOLLOW);
    });
  }

  realPath(fd: Fd): string {
    return withOsErrors(() => readlinkSync(`/proc/self/fd/${fd}`));
  }
}

/** A time for `node:fs`, which takes a negative number for the present. */
function timeOf(seconds: number, nanoseconds: number): number | Date {
  const time = seconds + nanoseconds / 1e9;
  return time < 0 ? new Date(time * 1000) : time;
}

/** `name` in an open directory, `.` for the directory itself. */
function at(dirFd: Fd, name: string): string {
  return `/proc/self/fd/${dirFd}/${name}`;
}
