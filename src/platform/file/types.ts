/** A file descriptor. */
export type Fd = number;

/** What a directory entry is. */
export type FileType = "file" | "dir" | "symlink" | "fifo" | "socket" | "char" | "block" | "unknown";

/** How a file is opened. */
export interface OpenFlags {
  /** `path` opens no content: the descriptor serves to look at the file (also at a link) and to walk on from it. */
  readonly access: "path" | "read" | "write" | "read-write";
  /** Fail with ENOTDIR unless it is a directory. */
  readonly directory?: boolean;
  readonly create?: boolean;
  /** With `create`: fail with EEXIST if it is there. */
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
  /** Everything is written at the end. */
  readonly append?: boolean;
  /** Permissions of a file that is created, before the umask; special bits are left out. 0o600 unless given. */
  readonly mode?: number;
}

/** What the kernel knows of a file. */
export interface FileStatus {
  readonly type: FileType;
  readonly dev: bigint;
  readonly ino: bigint;
  /** All of `st_mode`: type, special bits and permissions. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes. Claimed, not to be trusted: see `readAll`. */
  readonly size: number;
  /** Allocated, in units of 512 bytes. */
  readonly blocks: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
}

/** A name in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly type: FileType;
  readonly ino: bigint;
}

/** Times to give to a file. */
export interface FileTimes {
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
}

/** What becomes of a name that is there already. Without either, it is replaced. */
export interface RenameOptions {
  /** Fail with EEXIST. */
  readonly noReplace?: boolean;
  /** Let the two names change places. */
  readonly exchange?: boolean;
}

const TYPES: { readonly [bits: number]: FileType } = {
  1: "fifo",
  2: "char",
  4: "dir",
  6: "block",
  8: "file",
  10: "symlink",
  12: "socket",
};

/** The type from the four bits that `d_type` and the top of `st_mode` share. */
export function typeOf(bits: number): FileType {
  return TYPES[bits] ?? "unknown";
}
