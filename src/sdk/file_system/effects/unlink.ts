import { type Fd, statAt, unlinkAt } from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** Removes the symbolic link at `path`, which is `name` in the open directory. */
export function unlinkSymlink(
  token: Authorized<"file_system.delete">,
  path: string,
  dirFd: Fd,
  name: string,
): void {
  expectFor(token, path);
  if (statAt(dirFd, name).type !== "symlink") throw new OsError("EINVAL");
  unlinkAt(dirFd, name, {});
}
