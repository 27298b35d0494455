import {
  close,
  closing,
  type Fd,
  type FileType,
  fstat,
  openDirectoryFollowing,
  openFollowing,
  statAt,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

type Opened = Authorized<"file_system.open">;

/** What the entry `name` of the open directory at `path` is, a link as itself; `undefined` where there is none. */
export function entryType(token: Opened, path: string, dirFd: Fd, name: string): FileType | undefined {
  expectFor(token, path);
  return unlessAbsent(() => statAt(dirFd, name).type);
}

/** What the link `name` of an open directory leads to, the link being at `path`; `undefined` if to nothing. */
export function targetType(token: Opened, path: string, dirFd: Fd, name: string): FileType | undefined {
  expectFor(token, path);
  return unlessAbsent(() => {
    return closing(openFollowing(dirFd, name, { access: "path" }), (fd) => fstat(fd).type);
  });
}

/**
 * The first of `paths` that is a directory. It is looked for without a permission, and only to name one of several
 * directories that were all denied, as scripts know it from the reference.
 */
export function firstDirectory(paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      close(openDirectoryFollowing(path));
      return true;
    } catch {
      return false;
    }
  });
}

function unlessAbsent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof OsError && (error.code === "ENOENT" || error.code === "ELOOP")) return undefined;
    throw error;
  }
}
