import { constants } from "node:fs";
import type { OpenFlags } from "./types.ts";

const darwin = process.platform === "darwin";

/** Flags of `open`, those that `node:fs` has no name for, and those that it has. */
export const OPEN = {
  /** Darwin has no O_PATH; its O_SYMLINK (which happens to have the same value) opens a link itself, too. */
  path: 0x200000,
  closeOnExec: darwin ? 0x1000000 : 0x80000,
  directory: constants.O_DIRECTORY,
  noFollow: constants.O_NOFOLLOW,
  /** Opening a FIFO or a terminal does not wait, nor make the terminal ours. */
  noWait: constants.O_NONBLOCK | constants.O_NOCTTY,
} as const;

/** The flags for a file of one component: no link is followed, and nothing waits. */
export function openFlags(wanted: OpenFlags): number {
  let flags = OPEN.closeOnExec | (wanted.directory ? OPEN.directory : 0);
  if (wanted.access === "path") return flags | OPEN.path;
  flags |= OPEN.noWait | ACCESS[wanted.access];
  if (wanted.create) flags |= constants.O_CREAT;
  if (wanted.exclusive) flags |= constants.O_EXCL;
  if (wanted.truncate) flags |= constants.O_TRUNC;
  return flags;
}

const ACCESS = {
  read: constants.O_RDONLY,
  write: constants.O_WRONLY,
  "read-write": constants.O_RDWR,
} as const;
