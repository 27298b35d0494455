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
import { LIMITS, LimitError } from "../../../platform/limits.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { baseName } from "../resource.ts";

/**
 * Removes the open directory, with `recursive` after all that is in it. Nothing behind a link is touched, and nothing
 * but what is in the directory that was opened, whatever has its name by now.
 */
export function removeDirectory(
  token: Authorized<"file_system.delete">,
  path: string,
  fd: Fd,
  recursive: boolean,
): void {
  expectFor(token, path);
  const name = baseName(realPath(fd));
  // The root has no name in the directory above it, and is that itself.
  if (name === "") throw new OsError("EBUSY");
  closing(openFollowing(fd, "..", { access: "path", directory: true }), (parent) => {
    if (!sameFile(statAt(parent, name), fstat(fd))) throw new OsError("ENOENT");
    if (recursive) {
      expectDepth(fd, 0);
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

/** Before anything is removed: each level takes a descriptor. */
function expectDepth(fd: Fd, depth: number): void {
  if (depth > LIMITS.directoryDepth) throw new LimitError("directoryDepth", LIMITS.directoryDepth);
  eachDirectory(fd, (child) => expectDepth(child, depth + 1));
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

function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "ENOENT") throw error;
  }
}
