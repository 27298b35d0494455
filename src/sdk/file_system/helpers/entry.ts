import type { FileType } from "../../../platform/file.ts";
import { Denied } from "../../../policy/errors.ts";
import { SdkError } from "../../errors.ts";
import type { Call } from "../../operation.ts";
import { entryType } from "../effects/lookup.ts";
import type { DirHandle } from "../handles.ts";
import { openDir } from "../open.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, dir } from "../resource.ts";
import { using } from "../using.ts";
import { locate } from "./path.ts";

/** An entry seen from its directory, which is open; a link is seen as itself. */
export interface Entry {
  readonly directory: DirHandle;
  readonly name: string;
  /** `undefined` where there is none of that name. */
  readonly type: FileType | undefined;
}

/** Why an entry could not be seen: its directory is denied, of which nobody was told, or there is no such directory. */
export interface Unseen {
  readonly unseen: Denied | SdkError;
}

/**
 * What is at `path`, as far as the policy lets its directory be opened: helpers that treat files, directories and
 * links differently must not find out the type of what may not be seen. Where it does not, a directory can still have
 * permissions of its own: that is no denial until {@link whyUnseen} says that it is the end of the call.
 */
export function withEntry<T>(call: Call, path: string, use: (entry: Entry | Unseen) => T): T {
  const { directory, name } = locate(path, "file path");
  let parent: DirHandle;
  try {
    parent = openDir({ ...call, access: call.access.tentative() }, directory, { followSymlinks: true });
  } catch (error) {
    if (error instanceof Denied || error instanceof SdkError) return use({ unseen: error });
    throw error;
  }
  return using(parent, () => use({ directory: parent, name, type: typeOf(call, parent, name) }));
}

/** What the call ends with, because there is no other way. */
export function whyUnseen(call: Call, { unseen }: Unseen): Denied | SdkError {
  try {
    if (unseen instanceof Denied) call.access.require(unseen.request);
  } catch (error) {
    if (error instanceof Denied) return error;
    throw error;
  }
  return unseen;
}

function typeOf(call: Call, directory: DirHandle, name: string): FileType | undefined {
  const token = call.access.require(ask("open", dir(directory.path)));
  return asIoErrors(() => entryType(token, directory.path, directory.fd, name));
}
