import { expectTime } from "../../../platform/deadline.ts";
import { type DirectoryEntry, type Fd, listNames } from "../../../platform/file.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** What is in the open directory at `path`, in the order of the file system. */
export function entriesOf(
  token: Authorized<"file_system.read">,
  path: string,
  fd: Fd,
): readonly DirectoryEntry[] {
  expectFor(token, path);
  expectTime();
  return listNames(fd);
}
