import {
  close,
  closing,
  closingOnError,
  copyBytes,
  type Fd,
  type FileStatus,
  fstat,
  openDirectory,
  renameAt,
  reopen,
  replaceContent,
  setTimes,
  statAt,
  unlinkAt,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { Descriptor } from "../descriptor.ts";
import type { FileHandle, Replacement } from "../handles.ts";
import { baseName, parentOf } from "../resource.ts";
import { type Access, held } from "./open.ts";

type Read = Authorized<"file_system.read">;
type Write = Authorized<"file_system.write">;
type Delete = Authorized<"file_system.delete">;
type Move = Authorized<"file_system.move">;
type Create = Authorized<"file_system.create">;

/** The name of a handle now stands for another file than the one that was opened. */
export class Replaced extends Error {}

/** Refuses unless the name of `handle` still stands for its file, or for the link that was followed to it. */
function expectEntry(handle: FileHandle): void {
  const found = statAt(handle.directory.fd, handle.name);
  if (handle.resolvedPath !== undefined && found.type === "symlink") return;
  expectFile(handle, found);
}

/** Refuses unless what was found is the file of `handle`, or the one that a write through it has put in its place. */
function expectFile(handle: FileHandle, found: FileStatus): void {
  const { dev, ino } = handle.replacement.current ?? fstat(handle.fd);
  if (found.dev !== dev || found.ino !== ino) throw new Replaced();
}

/** Removes the name by which `handle` was opened. */
export function removeEntry(token: Delete, handle: FileHandle): void {
  expectFor(token, handle.linkPath);
  expectEntry(handle);
  unlinkAt(handle.directory.fd, handle.name);
}

/** Whether nothing has the name of `handle` any more, so that writing would make a new file. */
export function isGone(token: Write, handle: FileHandle): boolean {
  expectFor(token, handle.path);
  if (handle.resolvedPath !== undefined) return false;
  try {
    statAt(handle.directory.fd, handle.name);
    return false;
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return true;
    throw error;
  }
}

export interface Written {
  readonly descriptor: Descriptor;
  readonly identity: NonNullable<Replacement["current"]>;
}

/**
 * Puts a new file with `bytes` in the place of the one at the path of `handle`, all of it or nothing. Through a followed
 * link that is the file that the link led to, which must still be the one that was opened.
 */
export function replaceFile(
  token: Write,
  handle: FileHandle,
  bytes: Uint8Array,
  options: { readonly keepOwner: boolean; readonly access: Access },
): Written {
  expectFor(token, handle.path);
  const { mode, uid, gid } = fstat(handle.fd);
  const status = { mode: mode & 0o777, ...(options.keepOwner ? { uid, gid } : {}) };
  if (handle.resolvedPath === undefined) {
    return written(replaceContent(handle.directory.fd, handle.name, bytes, status), options.access);
  }
  const name = baseName(handle.resolvedPath);
  return closing(openDirectory(parentOf(handle.resolvedPath) ?? "/"), (directory) => {
    expectFile(handle, statAt(directory, name));
    return written(replaceContent(directory, name, bytes, status), options.access);
  });
}

function written(fd: Fd, access: Access): Written {
  const { dev, ino } = closingOnError(fd, () => fstat(fd));
  if (access === "read-write") return { descriptor: held(fd), identity: { dev, ino } };
  return closing(fd, () => ({ descriptor: held(reopen(fd, { access })), identity: { dev, ino } }));
}

/** Whether the directory is on another file system than the file. */
export function isElsewhere(token: Move, handle: FileHandle, directory: Fd): boolean {
  expectFor(token, handle.linkPath);
  return fstat(handle.directory.fd).dev !== fstat(directory).dev;
}

/** Gives the entry of `handle` another name, in place of what had it, unless that is to be kept: EEXIST. */
export function renameEntry(
  tokens: { readonly move: Move; readonly create: Create },
  handle: FileHandle,
  to: { readonly directory: Fd; readonly name: string; readonly path: string },
  keep: boolean,
): void {
  expectFor(tokens.move, handle.linkPath);
  expectFor(tokens.create, to.path);
  expectEntry(handle);
  renameAt(handle.directory.fd, handle.name, to.directory, to.name, { noReplace: keep });
}

/**
 * Makes the file of `handle` anew on another file system, all of it or nothing, and removes it where it was. Keeps its
 * permissions; with `backup` its owner and times too.
 */
export function transferEntry(
  tokens: { readonly read: Read; readonly create: Create; readonly write: Write; readonly remove: Delete },
  handle: FileHandle,
  to: { readonly directory: Fd; readonly name: string; readonly path: string },
  options: { readonly backup: boolean; readonly access: Access },
): Written {
  expectFor(tokens.read, handle.path);
  expectFor(tokens.create, to.path);
  expectFor(tokens.write, to.path);
  expectFor(tokens.remove, handle.linkPath);
  expectEntry(handle);
  const status = fstat(handle.fd);
  const owner = options.backup ? { uid: status.uid, gid: status.gid } : {};
  const content = (copy: Fd) => {
    copyBytes(handle.fd, copy);
    if (options.backup) setTimes(copy, status);
  };
  const fd = replaceContent(to.directory, to.name, content, { mode: status.mode & 0o777, ...owner });
  try {
    unlinkAt(handle.directory.fd, handle.name);
  } catch (error) {
    close(fd);
    throw error;
  }
  return written(fd, options.access);
}
