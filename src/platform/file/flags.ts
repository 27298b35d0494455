import { constants } from "node:fs";
import type { OpenFlags } from "./types.ts";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_TRUNC } = constants;
const darwin = process.platform === "darwin";

/** Flags of `open` that `node:fs` has no name for. */
const O_CLOEXEC = darwin ? 0x1000000 : 0x80000;
const O_PATH = 0x200000;
/** Of Darwin, which has no O_PATH: to open a link itself, and to search a directory. */
const O_SYMLINK = 0x200000;
const O_EXEC = 0x40000000;

/** Opens a directory to walk on from it, and no link. */
export const STEP = O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW | (darwin ? O_EXEC : O_PATH);

/** Opens a directory to list it. */
export const LIST = O_CLOEXEC | O_DIRECTORY | constants.O_RDONLY;

/** Opens anything without its content; a link itself. */
export const LOOK = O_CLOEXEC | (darwin ? O_SYMLINK : O_PATH | O_NOFOLLOW);

const ACCESS = {
  read: constants.O_RDONLY,
  write: constants.O_WRONLY,
  "read-write": constants.O_RDWR,
} as const;

/**
 * The flags for the last component of a path. Nothing waits: neither a FIFO for its other end nor a terminal for its line,
 * and no terminal becomes ours.
 */
export function openFlags(wanted: OpenFlags, follow: boolean): number {
  const directory = wanted.directory ? O_DIRECTORY : 0;
  if (wanted.access === "path") return (follow ? O_CLOEXEC | (darwin ? 0 : O_PATH) : LOOK) | directory;
  let flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY | ACCESS[wanted.access] | directory;
  if (!follow) flags |= O_NOFOLLOW;
  if (wanted.create) flags |= O_CREAT;
  if (wanted.exclusive) flags |= O_EXCL;
  if (wanted.truncate) flags |= O_TRUNC;
  if (wanted.append) flags |= O_APPEND;
  return flags;
}

/** The same for a last component that turned out to be no link. */
export function withoutFollowing(flags: number): number {
  return flags | O_NOFOLLOW;
}
