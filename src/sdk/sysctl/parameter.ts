import type { Action, Authorized } from "../../policy/types.ts";
import { asRoot, mayBecomeRoot, NotThatUser, rootName } from "../effects/root.ts";
import { readFile } from "../file_system/file/index.ts";
import type { DirHandle } from "../file_system/handles.ts";
import { openDir, openFile } from "../file_system/open.ts";
import { asIoErrors } from "../file_system/os-errors.ts";
import { ask, dir, file, join } from "../file_system/resource.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { fromFile } from "../sysinfo/errors.ts";
import { setParameter } from "./effects/parameter.ts";
import { fromWriting, isRefused, noPrivilege } from "./errors.ts";
import { type Place, placeOf } from "./key.ts";

/** The value of the parameter `key`; read as root where this user may not, and may become root. */
export function readParameter(call: Call, key: string): string {
  const place = placeOf(key);
  const read = (reader: Call) =>
    using(openDir(reader, place.directory, {}), (directory) => contentOf(reader, directory, place.name));
  try {
    return orAsRoot(call, place, read);
  } catch (error) {
    throw fromFile(error);
  }
}

/** The value in the file `name` of an open directory. */
export const contentOf = (call: Call, directory: DirHandle, name: string): string =>
  using(openFile(call, directory, name, { read: true }), (handle) => readFile(call, handle)).trim();

/** What `read` returns: for this user, or where the system refuses that, as root. Then the policy is asked for root. */
export function orAsRoot<T>(call: Call, place: Place, read: (reader: Call) => T): T {
  try {
    return read(call);
  } catch (error) {
    if (!isRefused(error) || !mayBecomeRoot()) throw error;
  }
  const root = { ...call, access: call.access.as(rootName()) };
  const opened = askToOpen(root, place);
  const content = file(join(place.directory, place.name));
  const token =
    root.access.permit(ask("read", content)) ??
    root.access.permit(ask("redacted_read", content)) ??
    root.access.require(ask("read", content));
  return withRoot(token, opened, () => read(root));
}

/** Sets the parameter `key`, as root; the policy is asked for root, too. */
export function writeParameter(call: Call, key: string, value: string): void {
  if (!mayBecomeRoot()) throw noPrivilege(new NotThatUser("EPERM"));
  const place = placeOf(key);
  const root = { ...call, access: call.access.as(rootName()) };
  try {
    const path = askToOpen(root, place);
    const token = root.access.require(ask("write", file(path)));
    withRoot(token, path, () =>
      using(openDir(root, place.directory, {}), (directory) =>
        using(openFile(root, directory, place.name, { write: true }), (handle) => {
          // It may be known by another spelling of its path than the key's.
          const write = root.access.require(ask("write", file(handle.path)));
          asIoErrors(() => setParameter(write, handle, value));
        }),
      ),
    );
  } catch (error) {
    throw fromWriting(error, key, value);
  }
}

/** Asks to open the file and its directory; returns the file's path. */
function askToOpen({ access }: Call, { directory, name }: Place): string {
  access.require(ask("open", dir(directory)));
  return access.require(ask("open", file(join(directory, name)))).request.resource.id;
}

function withRoot<T>(token: Authorized<Action>, path: string, act: () => T): T {
  try {
    return asRoot(token, path, act);
  } catch (error) {
    throw error instanceof NotThatUser ? noPrivilege(error) : error;
  }
}
