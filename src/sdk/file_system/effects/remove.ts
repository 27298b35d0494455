import {
  closing,
  type Fd,
  fstat,
  listNames,
  openAt,
  openFollowing,
  realPath,
  sameFile,
  statAt,
  unlinkAt,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { baseName } from "../resource.ts";
import { unlessGone, type Visit, visitBelow } from "./visit.ts";

/**
 * Removes the open directory, with `each` after all that is in it, which `each` is told of before the first is removed.
 * Nothing behind a link is touched, and nothing but what is in the directory that was opened.
 */
export function removeDirectory(
  token: Authorized<"file_system.delete">,
  path: string,
  fd: Fd,
  each?: Visit,
): void {
  expectFor(token, path);
  // Moved by somebody meanwhile, it is where nobody was asked whether it may be removed.
  if (realPath(fd) !== path) throw new OsError("ENOENT");
  const name = baseName(path);
  // The root has no name in the directory above it, and is that itself.
  if (name === "") throw new OsError("EBUSY");
  closing(openFollowing(fd, "..", { access: "path", directory: true }), (parent) => {
    if (!sameFile(statAt(parent, name), fstat(fd))) throw new OsError("ENOENT");
    if (each) {
      visitBelow(token, path, fd, each);
      removeContent(fd);
    }
    unlinkAt(parent, name, { directory: true });
  });
}

/** Removes a tree of our own making, which is `name` in an open directory. */
export function discard(directory: Fd, name: string): void {
  closing(openAt(directory, name, { access: "read", directory: true }), removeContent);
  unlinkAt(directory, name, { directory: true });
}

/** Calls `act` with each directory in an open one. One that is gone by then is skipped. */
function eachDirectory(fd: Fd, act: (child: Fd, name: string) => void): void {
  for (const { name, type } of listNames(fd)) {
    if (type !== "dir") continue;
    unlessGone(() =>
      closing(openAt(fd, name, { access: "read", directory: true }), (child) => act(child, name)),
    );
  }
}

function removeContent(fd: Fd): void {
  eachDirectory(fd, (child, name) => {
    removeContent(child);
    unlinkAt(fd, name, { directory: true });
  });
  for (const { name, type } of listNames(fd)) {
    if (type !== "dir") unlessGone(() => unlinkAt(fd, name));
  }
}
