import { closing, type Fd, type FileType, fstat, openAt } from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { Place } from "./symlink.ts";

/**
 * Opens what is at a place for as long as `use` takes, without its content: enough to change what is known of it, also
 * where it may not be read. It must be what it was seen to be.
 */
export function usingEntry<T>(
  token: Authorized<"file_system.open">,
  place: Place,
  type: FileType,
  use: (fd: Fd) => T,
): T {
  expectFor(token, place.path);
  const flags = { access: "path", directory: type === "dir" } as const;
  return closing(openAt(place.directory, place.name, flags), (fd) => {
    if (fstat(fd).type !== type) throw new OsError("ESTALE");
    return use(fd);
  });
}
