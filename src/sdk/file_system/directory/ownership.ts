import type { Call } from "../../operation.ts";
import { setPermissions } from "../effects/file.ts";
import { resolveOwner, setOwner } from "../effects/ownership.ts";
import { setLinkOwner, setLinkOwnerAt } from "../effects/symlink.ts";
import type { DirHandle, SymlinkHandle } from "../handles.ts";
import { asIoErrors } from "../os-errors.ts";
import { asOwnershipErrors } from "../ownership.ts";
import { permissionBits } from "../permissions.ts";
import { ask, file } from "../resource.ts";
import { type Change, changeAll, changeOne } from "./change.ts";
import type { chmodDirOptions, setOwnershipOptions, ValuesOf } from "./options.ts";

type ChmodOptions = ValuesOf<typeof chmodDirOptions>;
type OwnershipOptions = ValuesOf<typeof setOwnershipOptions>;

/** Changes the permissions of a directory. Asks to chmod it, and recursively what is in it. */
export function chmodDirectory(
  call: Call,
  handle: DirHandle,
  { permissions, recursive }: ChmodOptions,
): null {
  const change: Change<"chmod"> = {
    verb: "chmod",
    toOpen: (token, path, fd) => {
      const bits = permissionBits(permissions);
      asIoErrors(() => setPermissions(token, { fd, path }, bits));
    },
  };
  return (recursive ? changeAll : changeOne)(call, handle, change);
}

/** Changes owner or group of a directory. Asks to chown it, and recursively what is in it, links too. */
export function chownDirectory(call: Call, handle: DirHandle, options: OwnershipOptions): null {
  const change: Change<"chown"> = {
    verb: "chown",
    toOpen: (token, path, fd) =>
      asOwnershipErrors(() => setOwner(token, path, fd, resolveOwner(token, path, options))),
    toLink: (token, place) =>
      asOwnershipErrors(() => setLinkOwnerAt(token, place, resolveOwner(token, place.path, options))),
  };
  return (options.recursive ? changeAll : changeOne)(call, handle, change);
}

/** Changes owner or group of a link itself. */
export function chownLink({ access }: Call, link: SymlinkHandle, options: OwnershipOptions): null {
  const token = access.require(ask("chown", file(link.path)));
  asOwnershipErrors(() => setLinkOwner(token, link, resolveOwner(token, link.path, options)));
  return null;
}
