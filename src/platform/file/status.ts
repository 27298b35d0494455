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
  const [mtimeSec, mtimeNsec] = split(stats.mtimeNs);
  const [atimeSec, atimeNsec] = split(stats.atimeNs);
  const [ctimeSec, ctimeNsec] = split(stats.ctimeNs);
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
    mtimeSec,
    mtimeNsec,
    atimeSec,
    atimeNsec,
    ctimeSec,
    ctimeNsec,
  };
}

function split(nanoseconds: bigint): readonly [seconds: number, nanoseconds: number] {
  const rest = ((nanoseconds % SECOND) + SECOND) % SECOND;
  return [Number((nanoseconds - rest) / SECOND), Number(rest)];
}

/** Whether both are of one file. */
export function sameFile(a: FileStatus, b: FileStatus): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
