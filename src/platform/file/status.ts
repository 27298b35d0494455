import { type BigIntStats, fstatSync } from "node:fs";
import { withOsErrors } from "../os-error.ts";
import { type Fd, type FileStatus, typeOf } from "./types.ts";

/** The status of an open file. */
export function fstat(fd: Fd): FileStatus {
  return fileStatus(withOsErrors(() => fstatSync(fd, { bigint: true })));
}

const SECOND = 1_000_000_000n;

/** The status as `node:fs` gives it. Times before 1970 have a negative second and a positive nanosecond. */
export function fileStatus(stats: BigIntStats): FileStatus {
  const mode = Number(stats.mode);
  return {
    type: typeOf(mode >> 12),
    dev: stats.dev,
    ino: stats.ino,
    mode,
    nlink: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: Number(stats.size),
    blocks: Number(stats.blocks),
    // Few ask for the times, which cost more than all else here.
    get mtimeSec() {
      return seconds(stats.mtimeNs);
    },
    get mtimeNsec() {
      return nanoseconds(stats.mtimeNs);
    },
    get atimeSec() {
      return seconds(stats.atimeNs);
    },
    get atimeNsec() {
      return nanoseconds(stats.atimeNs);
    },
    get ctimeSec() {
      return seconds(stats.ctimeNs);
    },
    get ctimeNsec() {
      return nanoseconds(stats.ctimeNs);
    },
  };
}

const nanoseconds = (time: bigint): number => Number(((time % SECOND) + SECOND) % SECOND);
const seconds = (time: bigint): number => Number((time - BigInt(nanoseconds(time))) / SECOND);

/** Whether both are of one file. */
export function sameFile(a: FileStatus, b: FileStatus): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
