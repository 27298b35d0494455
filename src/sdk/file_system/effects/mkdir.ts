import { close, duplicate, type Fd, fstat, mkdirAt, openAt, openFollowing } from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { join } from "../resource.ts";

/** Mode of a new directory, before the umask. */
const MODE = 0o777;

/**
 * Makes `names` below the open directory `base`, each in the one before it. One that is there already is walked
 * into; only the last may be a link, and nothing is made behind it.
 */
export function makeDirectories(
  tokens: readonly Authorized<"file_system.create">[],
  base: { readonly fd: Fd; readonly path: string },
  names: readonly string[],
): void {
  let path = base.path;
  let parent = duplicate(base.fd);
  try {
    for (const [index, name] of names.entries()) {
      path = join(path, name);
      const token = tokens[index];
      if (!token) throw new Error(`not authorized: ${path}`);
      expectFor(token, path);
      const child = makeDirectory(parent, name, index === names.length - 1);
      close(parent);
      parent = child;
    }
  } finally {
    close(parent);
  }
}

/** Makes `name` in `parent`, or finds it there, and opens it. */
function makeDirectory(parent: Fd, name: string, mayBeLink: boolean): Fd {
  let exists: OsError | undefined;
  try {
    mkdirAt(parent, name, MODE);
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "EEXIST") throw error;
    exists = error;
  }
  const open = exists && mayBeLink ? openFollowing : openAt;
  try {
    const fd = open(parent, name, { access: "path" });
    if (fstat(fd).type === "dir") return fd;
    close(fd);
  } catch (error) {
    throw exists ?? error;
  }
  throw exists ?? new OsError("ENOTDIR");
}
