import { lstatSync, openSync } from "node:fs";
import { LIMITS } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { closing, openRoot } from "./descriptor.ts";
import { LIST, openFlags, STEP } from "./flags.ts";
import { kernel } from "./kernel.ts";
import { fileStatus, fstat, sameFile } from "./status.ts";
import type { Fd, OpenFlags } from "./types.ts";
import { openByWalking } from "./walk.ts";

const DEFAULT_MODE = 0o600;
const OWN_DESCRIPTORS = process.platform === "linux" ? "/proc/self/fd" : "/dev/fd";

/** Refuses what is not a name of one component: what the kernel would resolve further, or cut short. */
export function expectName(name: string): void {
  if (name === "") throw new OsError("ENOENT");
  if (name === "." || name === ".." || name.includes("/") || name.includes("\0")) {
    throw new OsError("EINVAL");
  }
}

/**
 * Opens `name` in a directory. A link is not followed: ELOOP, or with access `path` the link itself. Never waits: a FIFO
 * without a writer opens at once, one without a reader fails with ENXIO.
 */
export function openAt(dirFd: Fd, name: string, flags: OpenFlags): Fd {
  expectName(name);
  const mode = flags.create ? (flags.mode ?? DEFAULT_MODE) & 0o777 : 0;
  return kernel().openAt(dirFd, name, openFlags(flags, false), mode);
}

/** Opens a path seen from a directory and follows its links, but not the magic ones of /proc. Cannot create. */
export function openFollowing(dirFd: Fd, path: string, flags: OpenFlags): Fd {
  if (flags.create) throw new OsError("EINVAL");
  return openPath(dirFd, path, openFlags(flags, true), true);
}

/** Opens a directory by its absolute path, which must not contain a link: else ELOOP or ENOTDIR. */
export function openDirectory(path: string): Fd {
  return openAbsolute(path, false);
}

/** Opens a directory by its absolute path and follows links, but not the magic ones of /proc. */
export function openDirectoryFollowing(path: string): Fd {
  return openAbsolute(path, true);
}

/**
 * Opens the file that `fd` holds once more, with other access: a file that was opened as `path` and looked at, now for
 * its content. It is the same file, whatever became of its name.
 */
export function reopen(fd: Fd, flags: OpenFlags): Fd {
  if (flags.create) throw new OsError("EINVAL");
  return withOsErrors(() => openSync(`${OWN_DESCRIPTORS}/${fd}`, openFlags(flags, true)));
}

const DELETED = " (deleted)";

/** The path that the open file has now. ENOENT when the name by which it was opened was removed. */
export function realPath(fd: Fd): string {
  const path = kernel().realPath(fd);
  if (!path.startsWith("/")) throw new OsError("ENOENT");
  // The kernel marks a removed name so; but a file may also be called so.
  if (path.endsWith(DELETED) && !leadsTo(path, fd)) throw new OsError("ENOENT");
  return path;
}

function leadsTo(path: string, fd: Fd): boolean {
  try {
    return sameFile(
      withOsErrors(() => fileStatus(lstatSync(path, { bigint: true }))),
      fstat(fd),
    );
  } catch {
    return false;
  }
}

function openAbsolute(path: string, follow: boolean): Fd {
  if (!path.startsWith("/") || path.includes("\0")) throw new OsError("EINVAL");
  return closing(openRoot(), (root) => {
    try {
      return openPath(root, path, LIST, follow);
    } catch (error) {
      // Who may search a directory but not list it can still open what is in it.
      if (!(error instanceof OsError) || error.code !== "EACCES") throw error;
      return openPath(root, path, STEP, follow);
    }
  });
}

function openPath(dirFd: Fd, path: string, flags: number, follow: boolean): Fd {
  if (Buffer.byteLength(path) > LIMITS.pathBytes) throw new OsError("ENAMETOOLONG");
  const { openPath: resolve } = kernel();
  return resolve === undefined
    ? openByWalking(kernel(), dirFd, path, flags, follow)
    : resolve(dirFd, path, flags, follow);
}
