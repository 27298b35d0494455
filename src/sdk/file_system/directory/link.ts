import type { Call } from "../../operation.ts";
import { createLink, readLink, replaceByLink } from "../effects/symlink.ts";
import type { DirHandle } from "../handles.ts";
import { expectBaseName } from "../open.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, file, join } from "../resource.ts";

/** Makes the link `name` in a directory. Asks to create it, and with `force` to delete what it replaces. */
export function createSymlink(
  { access }: Call,
  directory: DirHandle,
  target: string,
  name: string,
  force: boolean,
): null {
  const resource = file(join(directory.path, name));
  const create = access.require(ask("create", resource));
  expectBaseName(name);
  const place = { directory: directory.fd, name, path: resource.id };
  if (force) {
    const remove = access.require(ask("delete", resource));
    asIoErrors(() => replaceByLink({ create, remove }, place, target));
  } else {
    asIoErrors(() => createLink(create, place, target));
  }
  return null;
}

/** What the link `name` in a directory, or below it, points to. Asks to read the link. */
export function readLinkTarget({ access }: Call, directory: DirHandle, name: string): string {
  const resource = file(join(directory.path, name));
  const token = access.require(ask("read", resource));
  return asIoErrors(() => readLink(token, { directory: directory.fd, name, path: resource.id }));
}
