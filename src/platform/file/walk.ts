import { statfsSync } from "node:fs";
import { LIMITS } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";
import { close, openRoot } from "./descriptor.ts";
import { STEP, withoutFollowing } from "./flags.ts";
import type { Kernel } from "./kernel.ts";
import type { Fd } from "./types.ts";

const PROC_SUPER_MAGIC = 0x9fa0;

/**
 * Opens `path`, seen from `dirFd`, one component at a time, for kernels without openat2. Each step starts at the
 * descriptor of the one before, so that a directory that is moved meanwhile cannot lead anywhere else; links are
 * resolved here, by their text. A link that is swapped after the look at it is opened itself, never followed.
 */
export function openByWalking(kernel: Kernel, dirFd: Fd, path: string, flags: number, follow: boolean): Fd {
  if (path === "") throw new OsError("ENOENT");
  const names = path.split("/").reverse();
  let at = path.startsWith("/") ? openRoot() : kernel.openAt(dirFd, ".", STEP, 0);
  let links = 0;
  try {
    for (;;) {
      const name = names.pop();
      if (name === undefined) return kernel.openAt(at, ".", flags, 0); // the path ended with "/", "/." or "/.."
      if (name === "" || name === ".") continue;
      const last = names.length === 0;
      const target = name === ".." ? undefined : linkTarget(kernel, at, name);
      if (target === undefined) {
        if (last && name !== "..") return kernel.openAt(at, name, withoutFollowing(flags), 0);
        at = replace(at, kernel.openAt(at, name, STEP, 0));
        continue;
      }
      if (!follow) throw new OsError("ELOOP");
      links++;
      if (links > LIMITS.followedLinks) throw new OsError("ELOOP");
      if (target.startsWith("/")) at = replace(at, openRoot());
      names.push(...target.split("/").reverse());
      if (names.length > LIMITS.pathBytes) throw new OsError("ENAMETOOLONG");
    }
  } finally {
    close(at);
  }
}

function replace(before: Fd, next: Fd): Fd {
  close(before);
  return next;
}

/** Where the link `name` points to; undefined if it is none. */
function linkTarget(kernel: Kernel, dirFd: Fd, name: string): string | undefined {
  if (kernel.statAt(dirFd, name).type !== "symlink") return undefined;
  const target = kernel.readLinkAt(dirFd, name);
  // The magic links of /proc (cwd, root, exe, fd/*, ns/*) lead where their text does not say.
  if (/^\/|:/.test(target) && onProc(dirFd)) throw new OsError("ELOOP");
  return target;
}

function onProc(fd: Fd): boolean {
  if (process.platform !== "linux") return false;
  return withOsErrors(() => statfsSync(`/proc/self/fd/${fd}`)).type === PROC_SUPER_MAGIC;
}
