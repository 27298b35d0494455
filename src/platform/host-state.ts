/** What of the host says whether the agent can do its work. */
import { lstatSync, statfsSync, watch } from "node:fs";
import { createTemporary } from "./file/replace.ts";
import { closing, type Fd, fstat, listNames, openDirectoryFollowing, statAt, unlinkAt } from "./file.ts";
import { OsError, withOsErrors } from "./os-error.ts";

const OTHERS = 0o077;

/** A file or directory whose owner or mode lets others at it. */
export interface Exposed {
  readonly name: string;
  readonly why: string;
}

/** What of the directory at `path`, itself included, is open to others or belongs to them. @throws {OsError} */
export function exposedIn(path: string): readonly Exposed[] {
  const directory = openDirectoryFollowing(path);
  return closing(directory, () => {
    const names = listNames(directory).map(({ name }) => name);
    return [
      ...fault(".", fstat(directory)),
      ...names.flatMap((name) => {
        try {
          return fault(name, statAt(directory, name));
        } catch (error) {
          if (error instanceof OsError && error.code === "ENOENT") return [];
          throw error;
        }
      }),
    ];
  });
}

function fault(name: string, { mode, uid }: { readonly mode: number; readonly uid: number }): Exposed[] {
  if (uid !== process.geteuid?.()) return [{ name, why: `belongs to user ${uid}` }];
  if ((mode & OTHERS) === 0) return [];
  return [{ name, why: `is open to others (mode ${(mode & 0o777).toString(8)})` }];
}

/** Makes a file in the directory at `path` and removes it again. @throws {OsError} */
export function expectWritable(path: string): void {
  const directory = openDirectoryFollowing(path);
  closing(directory, () => {
    const { fd, name } = createTemporary(directory, 0o600);
    closing(fd as Fd, () => unlinkAt(directory, name));
  });
}

/** Bytes that this user can still write where `path` is. @throws {OsError} */
export function freeBytes(path: string): number {
  const { bavail, bsize } = withOsErrors(() => statfsSync(path));
  return bavail * bsize;
}

/** Whether the system tells of changes of files (inotify). */
export function canWatch(path: string): boolean {
  try {
    watch(path, { persistent: false }, () => undefined).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether a socket is at `path`. */
export const isSocket = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
