/** Files by descriptor: no path is resolved twice, and what was checked is what is used. */
export {
  chmod,
  chown,
  chownLinkAt,
  getXattr,
  setTimes,
  setXattr,
} from "./file/attributes.ts";
export { type CanonicalPath, canonicalPath } from "./file/canonical.ts";
export {
  append,
  copyBytes,
  duplicate,
  expectRoom,
  fallocate,
  fsync,
  readAll,
  readAt,
  truncate,
  writeAll,
} from "./file/content.ts";
export { close, closing, closingOnError } from "./file/descriptor.ts";
export {
  listNames,
  mkdirAt,
  readLinkAt,
  renameAt,
  statAt,
  symlinkAt,
  unlinkAt,
} from "./file/directory.ts";
export { replaceDurably, synced } from "./file/durable.ts";
export {
  openAt,
  openDirectory,
  openDirectoryFollowing,
  openFollowing,
  realPath,
  reopen,
} from "./file/open.ts";
export { createTemporary, replaceContent, temporaryName } from "./file/replace.ts";
export { fstat, sameFile } from "./file/status.ts";
export type {
  DirectoryEntry,
  Fd,
  FileStatus,
  FileTimes,
  FileType,
  OpenFlags,
  RenameOptions,
} from "./file/types.ts";
