import { type Fd, fstat, renameAt, sameFile, statAt } from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { Place } from "./symlink.ts";

/**
 * Gives an open directory another place, which must be free or an empty directory. ENOENT unless `from` is still the
 * place of the directory that `fd` holds.
 */
export function renameDirectory(
  tokens: {
    readonly move: Authorized<"file_system.move">;
    readonly create: Authorized<"file_system.create">;
  },
  fd: Fd,
  from: Place,
  to: Place,
): void {
  expectFor(tokens.move, from.path);
  expectFor(tokens.create, to.path);
  if (!sameFile(statAt(from.directory, from.name), fstat(fd))) throw new OsError("ENOENT");
  renameAt(from.directory, from.name, to.directory, to.name);
}

/** Gives what was put together as `staged`, in the directory of `to`, its place. */
export function settle(token: Authorized<"file_system.create">, staged: string, to: Place): void {
  expectFor(token, to.path);
  renameAt(to.directory, staged, to.directory, to.name);
}
