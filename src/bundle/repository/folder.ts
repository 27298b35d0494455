import { basename, dirname, join, resolve } from "node:path";
import {
  chmod,
  close,
  closing,
  createTemporary,
  type Fd,
  fstat,
  fsync,
  listNames,
  mkdirAt,
  openDirectoryFollowing,
  openFollowing,
  readAll,
  renameAt,
  setTimes,
  statAt,
  unlinkAt,
  writeAll,
} from "../../platform/file.ts";
import { fileLock } from "../../platform/file-lock.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { BundleError } from "../errors.ts";

/** What a static host serves: nothing in it is secret, and nothing unfinished. */
export const PUBLIC = "public";
/** What waits to be signed and released, and where files are written before they get their names. */
export const STAGING = "staging";

const READABLE = 0o644;
const DIRECTORY = 0o755;
const TEMPORARY = /^\.remit-[0-9a-f]+\.tmp$/;
const LIST = { access: "read", directory: true } as const;

export interface FolderUse {
  /** Make it if it is missing. */
  readonly create?: boolean;
  /** Keep other processes from changing it meanwhile. */
  readonly alone?: boolean;
}

/**
 * The folder of a repository. Paths are relative to it. Each write is whole or has not happened, and is on the disk when
 * it returns.
 */
export class Folder {
  private constructor(
    /** As the user named it. */
    readonly path: string,
    private readonly fd: Fd,
  ) {}

  /** Calls `action` with the folder at `path`. @throws {BundleError} repository_busy, repository_io */
  static async use<T>(
    path: string,
    { create = false, alone = false }: FolderUse,
    action: (folder: Folder) => T | Promise<T>,
  ): Promise<T> {
    const folder = new Folder(
      path,
      told(path, () => openFolder(resolve(path), create)),
    );
    try {
      if (alone) folder.lock();
      return await action(folder);
    } finally {
      close(folder.fd);
    }
  }

  /** The content of a file; undefined if there is none. @throws {BundleError} repository_io */
  read(path: string, maxBytes: number): Uint8Array | undefined {
    return this.told(path, () =>
      unlessMissing(() =>
        closing(openFollowing(this.fd, path, { access: "read" }), (fd) => readAll(fd, maxBytes)),
      ),
    );
  }

  /** Names of the files and folders in a folder; none if there is no such folder. */
  names(path: string): readonly string[] {
    const list = () => closing(openFollowing(this.fd, path, LIST), listNames).map(({ name }) => name);
    return this.told(path, () => unlessMissing(list)) ?? [];
  }

  /** Puts a file with `bytes` in the place of `path`, and makes the folders that it lies in. */
  write(path: string, bytes: Uint8Array): void {
    this.told(path, () => closing(this.makeFolder(STAGING), (staging) => this.writeBy(staging, path, bytes)));
  }

  /** Removes a file, if it is there. */
  remove(path: string): void {
    const removeIn = (directory: Fd): void => {
      unlinkAt(directory, basename(path));
      fsync(directory);
    };
    this.told(path, () =>
      unlessMissing(() => closing(openFollowing(this.fd, dirname(path), LIST), removeIn)),
    );
  }

  /** Writes the file in `staging`, then gives it its name: where it will be served, it is never seen unfinished. */
  private writeBy(staging: Fd, path: string, bytes: Uint8Array): void {
    const { fd, name } = createTemporary(staging, 0o600);
    try {
      const finish = (to: Fd): void => {
        writeAll(fd, bytes, 0);
        chmod(fd, READABLE);
        makeLater(fd, to, basename(path));
        fsync(fd);
        renameAt(staging, name, to, basename(path));
        fsync(to);
      };
      closing(fd, () => closing(this.makeFolder(dirname(path)), finish));
    } catch (error) {
      unlessMissing(() => unlinkAt(staging, name));
      throw error;
    }
  }

  private makeFolder(path: string): Fd {
    let fd = openFollowing(this.fd, ".", LIST);
    for (const name of path.split("/").filter((part) => part !== ".")) {
      fd = closing(fd, (parent) => {
        if (makeDirectory(parent, name)) fsync(parent);
        return openFollowing(parent, name, LIST);
      });
    }
    return fd;
  }

  private lock(): void {
    // The folder itself: a file for it would be copied with the others.
    if (!fileLock().tryTake(this.fd)) {
      throw new BundleError(
        "repository_busy",
        `another remit works on ${this.path}; try again when it has ended`,
      );
    }
    // Of a process that was killed while it wrote.
    for (const name of this.names(STAGING)) if (TEMPORARY.test(name)) this.remove(join(STAGING, name));
  }

  private told<T>(path: string, action: () => T): T {
    return told(join(this.path, path), action);
  }
}

function openFolder(path: string, create: boolean): Fd {
  if (create)
    closing(openDirectoryFollowing(dirname(path)), (parent) => makeDirectory(parent, basename(path)));
  return closing(openDirectoryFollowing(path), (found) => openFollowing(found, ".", LIST));
}

/**
 * Gives a file a later second than the one that it replaces. Web servers tell versions of a file by its size and that second
 * (`Last-Modified`; with nginx the `ETag` is made of both), and would say of a timestamp of the same size that devices have it.
 */
function makeLater(fd: Fd, directory: Fd, name: string): void {
  const before = unlessMissing(() => statAt(directory, name));
  const { mtimeSec, atimeSec, atimeNsec } = fstat(fd);
  if (before === undefined || before.mtimeSec < mtimeSec) return;
  setTimes(fd, { atimeSec, atimeNsec, mtimeSec: before.mtimeSec + 1, mtimeNsec: 0 });
}

/** False if it is there already. */
function makeDirectory(parent: Fd, name: string): boolean {
  try {
    mkdirAt(parent, name, DIRECTORY);
    return true;
  } catch (error) {
    if (error instanceof OsError && error.code === "EEXIST") return false;
    throw error;
  }
}

function unlessMissing<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Says which file could not be read or written, and why. */
function told<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (!(cause instanceof OsError || cause instanceof LimitError)) throw cause;
    throw new BundleError("repository_io", `${path}: ${cause.message}`, { cause });
  }
}
