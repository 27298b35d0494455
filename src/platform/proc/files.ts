import { statSync } from "node:fs";
import { closing } from "../file/descriptor.ts";
import { listNames, readLinkAt } from "../file/directory.ts";
import { openAt } from "../file/open.ts";
import { type Fd, type FileType, typeOf } from "../file/types.ts";
import { LIMITS } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { readEntry } from "./directory.ts";

/** Where the links in the directory of a process lead; undefined what this user may not know. */
export interface ProcessLinks {
  readonly cwd: string | undefined;
  readonly root: string | undefined;
  readonly exe: string | undefined;
}

export function links(process: Fd): ProcessLinks {
  const link = (name: string): string | undefined => {
    try {
      return readLinkAt(process, name);
    } catch (error) {
      if (error instanceof OsError) return undefined;
      throw error;
    }
  };
  return { cwd: link("cwd"), root: link("root"), exe: link("exe") };
}

/** An open file of a process. */
export interface FileReference {
  /** As the kernel shows it: a path, `socket:[<inode>]` and the like. */
  readonly target: string;
  /** What it is, asked only where the target is a path. */
  readonly type: FileType;
}

/** What the descriptors of a process refer to; EACCES where this user may not know. */
export function fileReferences(process: Fd): FileReference[] {
  return closing(openAt(process, "fd", { access: "read", directory: true }), (directory) =>
    listNames(directory).flatMap(({ name }) => {
      try {
        const target = readLinkAt(directory, name);
        return [{ target, type: isPath(target) ? typeBehind(directory, name) : "unknown" }];
      } catch (error) {
        if (error instanceof OsError) return []; // closed meanwhile
        throw error;
      }
    }),
  );
}

const isPath = (target: string): boolean => target.startsWith("/") || !target.includes(":");

/** What the link leads to for the process that has it, wherever its path leads for us. */
function typeBehind(directory: Fd, name: string): FileType {
  try {
    const { mode } = withOsErrors(() => statSync(`/proc/self/fd/${directory}/${name}`));
    return typeOf(mode >> 12);
  } catch (error) {
    if (error instanceof OsError) return "unknown";
    throw error;
  }
}

/** A file that is mapped into the memory of a process. */
export interface Mapping {
  readonly path: string;
  /** Device and inode, as the kernel writes them; `00:00 0` where there is no file behind it. */
  readonly key: string;
}

// Addresses, permissions, offset, device, inode, then after blanks the path, which not every line has.
const MAPPING = /^\S+ \S+ \S+ (\S+) (\d+) +(\S.*)$/gm;

/** Files mapped into memory, one for each part of a file; EACCES where this user may not know. */
export function mappings(process: Fd): Mapping[] {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    readEntry(process, "maps", LIMITS.fileBytes),
  );
  return [...text.matchAll(MAPPING)]
    .map(([, device = "", inode = "", path = ""]) => ({ path: path.trim(), key: `${device} ${inode}` }))
    .filter(({ path }) => !/^\[.*\]$|^\/SYSV/.test(path));
}
