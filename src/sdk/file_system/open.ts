import { OsError } from "../../platform/os-error.ts";
import type { Authorized } from "../../policy/types.ts";
import type { Call } from "../operation.ts";
import type { Descriptor } from "./descriptor.ts";
import {
  type Access,
  createFileAt,
  type Deepest,
  type Located,
  locateFile,
  makeDirectoryAt,
  NotAFile,
  NotASymlink,
  type Opened,
  openDeepest,
  openDirectoryAt,
  openFileAt,
  openLinkAt,
  openSubdirectory,
  openSubdirectoryFollowing,
} from "./effects/open.ts";
import { DirHandle, FileHandle, type OpenedFor, SymlinkHandle } from "./handles.ts";
import { fromPlatform, ioError } from "./os-errors.ts";
import { ask, baseName, dir, file, join, parentOf } from "./resource.ts";

type Create = Authorized<"file_system.create">;

export interface OpenDirOptions {
  readonly create?: boolean;
  readonly recursive?: boolean;
  readonly followSymlinks?: boolean;
}

const NOT_BELOW = "Not a directory, enable follow_symlinks to open the target directory";

/** Opens the directory at `path`. Asks for open of the text given, create with it, and open of the real path. */
export function openDir(call: Call, path: string, options: OpenDirOptions): DirHandle {
  const resource = dir(path);
  const token = call.access.require(ask("open", resource));
  const creation = options.create ? call.access.require(ask("create", resource)) : undefined;
  if (creation && !options.followSymlinks)
    return createDir(call, creation, resource.id, options.recursive ?? false);
  let found: Opened;
  try {
    found = openDirectoryAt(token, resource.id, options.followSymlinks ?? false);
  } catch (error) {
    throw options.followSymlinks ? fromPlatform(error) : linkInPath(error, path);
  }
  return confirmed(call, found, resource.id, options.followSymlinks ?? false);
}

/** Opens the directory `name` of `parent`, which must not be a link. */
export function openSubdir(call: Call, parent: DirHandle, name: string): DirHandle {
  const path = join(parent.path, name);
  const token = call.access.require(ask("open", dir(path)));
  expectBaseName(name);
  try {
    return handleOf(openSubdirectory(token, dir(path).id, parent.fd, name), path);
  } catch (error) {
    throw linkInPath(error, path);
  }
}

/** Opens the directory that `name` of `parent` is or leads to, and asks for where it led. */
export function openSubdirFollowing(call: Call, parent: DirHandle, name: string): DirHandle {
  const path = join(parent.path, name);
  const token = call.access.require(ask("open", dir(path)));
  expectBaseName(name);
  try {
    return confirmed(call, openSubdirectoryFollowing(token, dir(path).id, parent.fd, name), path, false);
  } catch (error) {
    throw fromPlatform(error);
  }
}

/** Asks for the real path where it is another than the one asked for, and hands out what was opened. */
function confirmed(call: Call, found: Opened, path: string, always: boolean): DirHandle {
  try {
    if (always || found.realPath !== path) call.access.require(ask("open", dir(found.realPath)));
  } catch (error) {
    found.descriptor.release();
    throw error;
  }
  return handleOf(found, found.realPath);
}

const handleOf = (found: Opened, path: string): DirHandle =>
  new DirHandle(found.descriptor, path.toWellFormed());

/**
 * Makes the directory at `path`; with `recursive` also the missing ones above it, each of which is asked for before
 * the first is made. The walk never goes through a link.
 */
function createDir(call: Call, token: Create, path: string, recursive: boolean): DirHandle {
  let base: Deepest;
  try {
    base = openDeepest(token, path);
  } catch (error) {
    throw linkInPath(error, path);
  }
  let current = base.descriptor;
  try {
    if (!recursive) expectLeaf(path, base.missing);
    let at = base.path;
    const steps = base.missing.map((name) => {
      at = join(at, name);
      return { name, path: at, token: call.access.require(ask("create", dir(at))) };
    });
    for (const step of steps) {
      const next = makeDirectory(step, current, recursive);
      current.release();
      current = next;
    }
    return new DirHandle(current.retain(), at);
  } finally {
    current.release();
  }
}

interface Step {
  readonly name: string;
  readonly path: string;
  readonly token: Create;
}

function makeDirectory({ token, path, name }: Step, parent: Descriptor, tolerant: boolean): Descriptor {
  try {
    return makeDirectoryAt(token, path, parent.fd, name, tolerant).descriptor;
  } catch (error) {
    throw directoryError(tolerant ? "failed to open directory" : "failed to create directory", name, error);
  }
}

function expectLeaf(path: string, missing: readonly string[]): void {
  const leaf = baseName(path);
  if (missing.length === 0) throw directoryError("failed to create directory", leaf, new OsError("EEXIST"));
  const parent = (parentOf(path) ?? "/").replace(/^\/+/, "");
  if (missing.length > 1) throw directoryError("failed to open parent", parent, new OsError("ENOENT"));
}

/** Opens the regular file `name` of `parent`. Asks for open, for create with it, and for where a followed link led. */
export function openFile(
  call: Call,
  parent: DirHandle,
  name: string,
  options: Partial<OpenedFor>,
): FileHandle {
  const { followSymlinks = false, create = false, permissions } = options;
  const openedFor: OpenedFor = {
    read: options.read ?? false,
    write: options.write ?? create,
    create,
    permissions,
    followSymlinks,
  };
  const path = join(parent.path, name);
  const resource = file(path);
  const token = call.access.require(ask("open", resource));
  const creation = create ? call.access.require(ask("create", resource)) : undefined;
  expectBaseName(name);
  const access = accessOf(openedFor);
  const target = { call, token, creation, path: resource.id, parent: parent.fd, name, access, openedFor };
  try {
    const held = parent.descriptor;
    if (!followSymlinks) {
      const descriptor = openOrCreate(target, UNFOLLOWED_MODE);
      return new FileHandle(descriptor, held.retain(), parent.path, name, openedFor);
    }
    const { descriptor, realPath } = openFollowed(target);
    return new FileHandle(descriptor, held.retain(), parent.path, name, openedFor, realPath);
  } catch (error) {
    throw fileError(error, path, followSymlinks);
  }
}

/** Opens the symbolic link `name` of `parent` itself. */
export function openSymlink(call: Call, parent: DirHandle, name: string): SymlinkHandle {
  const path = join(parent.path, name);
  const token = call.access.require(ask("open", file(path)));
  expectBaseName(name);
  try {
    const link = openLinkAt(token, file(path).id, parent.fd, name);
    return new SymlinkHandle(link, parent.descriptor.retain(), parent.path, name);
  } catch (error) {
    if (error instanceof NotASymlink)
      throw ioError("ValidationError", "Validation error: argument is not a symlink");
    throw fromPlatform(error);
  }
}

/** Modes of a new file before the umask, where the script gives none. */
const UNFOLLOWED_MODE = 0o666;
const FOLLOWED_MODE = 0o644;

interface Target {
  readonly call: Call;
  readonly token: Authorized<"file_system.open">;
  readonly creation: Create | undefined;
  readonly path: string;
  readonly parent: number;
  readonly name: string;
  readonly access: Access;
  readonly openedFor: OpenedFor;
}

function openOrCreate(target: Target, defaultMode: number): Descriptor {
  const { token, creation, path, parent, name, access, openedFor } = target;
  try {
    return openFileAt(token, path, parent, name, access);
  } catch (error) {
    if (!creation || !isAbsent(error)) throw error;
  }
  const mode = openedFor.permissions === undefined ? defaultMode : openedFor.permissions & 0o777;
  return createFileAt(creation, path, parent, name, access, mode);
}

/** Where the link leads is asked for before the file is opened; behind a link nothing is created. */
function openFollowed(target: Target): Opened {
  const { call, token, creation, path, parent, name, access } = target;
  let located: Located;
  try {
    located = locateFile(token, path, parent, name);
  } catch (error) {
    if (!creation || !isAbsent(error)) throw error;
    return { descriptor: openOrCreate(target, FOLLOWED_MODE), realPath: path };
  }
  try {
    const { realPath } = located;
    const resolved = realPath === path ? token : call.access.require(ask("open", file(realPath)));
    return { descriptor: located.open(resolved, access), realPath };
  } finally {
    located.release();
  }
}

function accessOf({ read, write }: OpenedFor): Access {
  if (read && write) return "read-write";
  if (write) return "write";
  if (read) return "read";
  throw ioError(
    "InvalidArguments",
    "Invalid arguments: Invalid open file options: at least one of read, write or create flags must be true",
  );
}

/** Refuses a name that has a directory in it. @throws kind `InvalidPath` */
export function expectBaseName(name: string): void {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  // Seen from any directory that is the root, which is no file in a directory.
  if (parts.length === 0 && name.startsWith("/")) throw ioError("Other", "No parent path");
  if (parts.length > 0 && (name.startsWith("/") || parts.length > 1 || name.startsWith("./"))) {
    throw ioError("InvalidPath", "Invalid path: file path must contain only a filename");
  }
}

const isAbsent = (error: unknown): boolean => error instanceof OsError && error.code === "ENOENT";
const isLink = (error: unknown): boolean =>
  error instanceof OsError && (error.code === "ELOOP" || error.code === "ENOTDIR");

const directoryError = (reason: string, path: string, error: unknown): unknown => {
  if (!(error instanceof OsError)) return fromPlatform(error);
  if (isLink(error)) return ioError("DirectoryOpenError", `Directory error: ${NOT_BELOW}: ${path}`);
  return ioError("DirectoryOpenError", `Directory error: ${reason}: ${path}`);
};

const linkInPath = (error: unknown, path: string): unknown =>
  isLink(error)
    ? ioError("DirectoryOpenError", `Directory error: ${NOT_BELOW}: ${path}`)
    : fromPlatform(error);

function fileError(error: unknown, path: string, followed: boolean): unknown {
  if (error instanceof NotAFile)
    return ioError("ValidationError", "Validation error: argument is not a file");
  if (!followed && error instanceof OsError && error.code === "ELOOP") {
    const reason = "file is a symbolic link but follow_symlinks is not enabled";
    return ioError("FileError", `File error: ${reason}: ${path}`);
  }
  return fromPlatform(error, followed ? "RustixError" : "IoError");
}
