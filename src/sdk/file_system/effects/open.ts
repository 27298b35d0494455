import {
  close,
  closing,
  closingOnError,
  type Fd,
  fstat,
  mkdirAt,
  openAt,
  openDirectory,
  openDirectoryFollowing,
  openFollowing,
  realPath,
  reopen,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { Descriptor } from "../descriptor.ts";

type Open = Authorized<"file_system.open">;
type Create = Authorized<"file_system.create">;
export type Access = "read" | "write" | "read-write";

/** A descriptor that closes itself with its last holder. */
export const held = (fd: Fd): Descriptor => new Descriptor(fd, close);

/** An open directory or file, and where it really is. */
export interface Opened {
  readonly descriptor: Descriptor;
  readonly realPath: string;
}

function opened(fd: Fd): Opened {
  const path = closingOnError(fd, () => realPath(fd));
  return { descriptor: held(fd), realPath: path };
}

/** Opens the directory at `path`; with `follow` through links, else a link anywhere in it is an error. */
export function openDirectoryAt(token: Open, path: string, follow: boolean): Opened {
  expectFor(token, path);
  return opened(follow ? openDirectoryFollowing(path) : openDirectory(path));
}

/** Opens the directory `name` of an open one, which is at `path`. */
export function openSubdirectory(token: Open, path: string, parent: Fd, name: string): Opened {
  expectFor(token, path);
  return opened(openAt(parent, name, { access: "read", directory: true }));
}

/**
 * Opens the directory `name` of an open one, following it if it is a link. Where it leads is known only now, so
 * the caller asks for that before it hands the result on.
 */
export function openSubdirectoryFollowing(token: Open, path: string, parent: Fd, name: string): Opened {
  expectFor(token, path);
  return opened(openFollowing(parent, name, { access: "read", directory: true }));
}

/** Makes the directory `name` in an open one and opens it. EEXIST if it is there, unless `tolerant`. */
export function makeDirectoryAt(
  token: Create,
  path: string,
  parent: Fd,
  name: string,
  tolerant: boolean,
): Opened {
  expectFor(token, path);
  try {
    mkdirAt(parent, name, 0o777);
  } catch (error) {
    if (!tolerant || !(error instanceof OsError) || error.code !== "EEXIST") throw error;
  }
  return opened(openAt(parent, name, { access: "read", directory: true }));
}

/** What of the path of a directory that is to be made exists, and the names that do not. */
export interface Deepest {
  readonly descriptor: Descriptor;
  readonly path: string;
  readonly missing: readonly string[];
}

/** Opens the deepest directory that exists on the way to `path`, through no link. */
export function openDeepest(token: Create, path: string): Deepest {
  expectFor(token, path);
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  for (let depth = names.length; ; depth--) {
    const above = `/${names.slice(0, depth).join("/")}`;
    try {
      return { descriptor: held(openDirectory(above)), path: above, missing: names.slice(depth) };
    } catch (error) {
      if (depth === 0 || !(error instanceof OsError) || error.code !== "ENOENT") throw error;
    }
  }
}

/** Opens the file `name` of an open directory; a link is ELOOP. What is no regular file is not opened. */
export function openFileAt(token: Open, path: string, parent: Fd, name: string, access: Access): Descriptor {
  expectFor(token, path);
  // Looked at first and then opened again by descriptor: opening a device can itself have an effect.
  return closing(openAt(parent, name, { access: "path" }), (fd) => {
    const { type } = fstat(fd);
    if (type === "symlink") throw new OsError("ELOOP");
    if (type === "dir" && access !== "read") throw new OsError("EISDIR");
    if (type !== "file") throw new NotAFile();
    return held(reopen(fd, { access }));
  });
}

/** Makes the file `name` in an open directory, or opens it if it came to be there. */
export function createFileAt(
  token: Create,
  path: string,
  parent: Fd,
  name: string,
  access: Access,
  mode: number,
): Descriptor {
  expectFor(token, path);
  return held(openAt(parent, name, { access, create: true, exclusive: true, mode }));
}

/** A file that is looked at but not yet open: where it is, is known before anything is done with it. */
export class Located {
  constructor(
    private readonly fd: Fd,
    readonly realPath: string,
  ) {}

  /** Opens it for `access`. The token is one for {@link realPath}. */
  open(token: Open, access: Access): Descriptor {
    expectFor(token, this.realPath);
    const { type } = fstat(this.fd);
    if (type === "dir" && access !== "read") throw new OsError("EISDIR");
    if (type !== "file") throw new NotAFile();
    return held(reopen(this.fd, { access }));
  }

  release(): void {
    close(this.fd);
  }
}

/** Finds what `name` of an open directory leads to, through links. */
export function locateFile(token: Open, path: string, parent: Fd, name: string): Located {
  expectFor(token, path);
  const fd = openFollowing(parent, name, { access: "path" });
  return closingOnError(fd, () => new Located(fd, realPath(fd)));
}

/** Opens the link `name` of an open directory itself. */
export function openLinkAt(token: Open, path: string, parent: Fd, name: string): Descriptor {
  expectFor(token, path);
  const fd = openAt(parent, name, { access: "path" });
  closingOnError(fd, () => {
    if (fstat(fd).type !== "symlink") throw new NotASymlink();
  });
  return held(fd);
}

/** What was opened is a directory, a device or the like. */
export class NotAFile extends Error {}
/** What was opened is no symbolic link. */
export class NotASymlink extends Error {}
