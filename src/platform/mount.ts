/** What is mounted: how large it is, and how to unmount it. */
import { existsSync, realpathSync, statfsSync } from "node:fs";
import { libc } from "./bun-ffi.ts";
import { closing } from "./file/descriptor.ts";
import { openAt, openDirectory, openDirectoryFollowing, realPath } from "./file/open.ts";
import { Scratch } from "./file/scratch.ts";
import type { Fd } from "./file/types.ts";
import { OsError, withOsErrors } from "./os-error.ts";
import { SYSCALL } from "./syscall.ts";

/** Of a file system: bytes, and files that it has room for. */
export interface Space {
  readonly bytes: bigint;
  /** For others than its owner. */
  readonly availableBytes: bigint;
  readonly files: bigint;
  readonly freeFiles: bigint;
}

/** The space of the file system at a mount point, which is a path without links. Linux only. */
export function spaceAt(mountPoint: string): Space {
  return closing(look(mountPoint), (fd) => {
    const found = withOsErrors(() => statfsSync(`/proc/self/fd/${fd}`, { bigint: true }));
    // Blocks are counted in fragments, which Node's declarations lack; almost always they are of the same size.
    const fragment = "frsize" in found && typeof found.frsize === "bigint" ? found.frsize : found.bsize;
    return {
      bytes: found.blocks * fragment,
      availableBytes: found.bavail * fragment,
      files: found.files,
      freeFiles: found.ffree,
    };
  });
}

function look(path: string): Fd {
  const { parent, name } = split(path);
  if (name === "") return openDirectory("/");
  return closing(openDirectory(parent), (directory) => openAt(directory, name, { access: "path" }));
}

/** A mount point by the directory that it is in: opening the mount point itself would keep it busy. */
export class MountPoint {
  private constructor(
    private readonly directory: Fd,
    private readonly name: string,
    /** Where it is, links in its path followed; it is no link itself. */
    readonly realPath: string,
  ) {}

  /** Calls `action` with what is at `path`. */
  static at<T>(path: string, action: (mountPoint: MountPoint) => T): T {
    const { parent, name } = split(path);
    return closing(openDirectoryFollowing(parent), (directory) =>
      action(new MountPoint(directory, name, `${realPath(directory).replace(/\/$/, "")}/${name}`)),
    );
  }

  /** Unmounts it. EINVAL where nothing is mounted. Linux only. */
  unmount(): void {
    const functions = libc();
    if (process.platform !== "linux" || functions === undefined) throw new OsError("ENOSYS");
    // The kernel takes only a path: this one leads nowhere but to the name in the open directory.
    const path = this.name === "" ? "/" : `/proc/self/fd/${this.directory}/${this.name}`;
    const address = new Scratch(functions).path(path);
    functions.check(functions.functions.syscall(SYSCALL.umount2, address, UMOUNT_NOFOLLOW, 0, 0, 0, 0));
  }
}

const UMOUNT_NOFOLLOW = 8;

/** Whether `device` is a block device of this machine, such as a disk or a part of one. */
export function isBlockDevice(device: string): boolean {
  if (!device.startsWith("/dev/")) return false;
  try {
    const [, name = ""] = /^\/dev\/(.+)$/.exec(realpathSync(device)) ?? [];
    return name !== "" && existsSync(`/sys/class/block/${name.replaceAll("/", "!")}`);
  } catch {
    return false;
  }
}

/** Directory and name, in their plainest spelling; of the root an empty name. */
function split(path: string): { readonly parent: string; readonly name: string } {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const name = names.pop() ?? "";
  return { parent: `/${names.join("/")}`, name };
}
