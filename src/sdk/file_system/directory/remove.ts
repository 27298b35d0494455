import { OsError } from "../../../platform/os-error.ts";
import type { Call } from "../../operation.ts";
import { removeDirectory } from "../effects/remove.ts";
import type { DirHandle } from "../handles.ts";
import { fromPlatform, ioError } from "../os-errors.ts";
import { ask, dir } from "../resource.ts";
import { heedForbids } from "./forbids.ts";

export interface RemoveOptions {
  readonly force: boolean;
  readonly recursive: boolean;
}

/** Nothing is refused of what is in a directory. */
const ALL = (): void => undefined;

/**
 * Removes an open directory. Asks to delete it, which with `recursive` stands for all that is in it that no policy
 * forbids to delete.
 */
export function deleteDirectory(call: Call, handle: DirHandle, options: RemoveOptions): null {
  const resource = dir(handle.path);
  const token = call.access.require(ask("delete", resource));
  const each =
    heedForbids(call, token.request, [{ action: token.request.action, below: resource.id }]) ?? ALL;
  try {
    removeDirectory(token, resource.id, handle.fd, options.recursive ? each : undefined);
  } catch (error) {
    if (!(error instanceof OsError)) throw fromPlatform(error);
    if (error.code === "ENOENT" && options.force) return null;
    throw removalError(error, handle.path);
  }
  return null;
}

function removalError({ code }: OsError, path: string): Error {
  if (code === "ENOENT") return ioError("NotFound", `No such file or directory found: ${path}`);
  if (isNotEmpty(code)) return notEmpty(path);
  return ioError("DirectoryError", `Directory error: Error removing directory: ${path}`);
}

/** File systems differ in how they say that a directory is not empty. */
export const isNotEmpty = (code: string): boolean => code === "ENOTEMPTY" || code === "EEXIST";

export const notEmpty = (path: string): Error =>
  ioError(
    "DirectoryNotEmpty",
    `Directory not empty: A path led to a non-empty directory location. To include contents of this directory, use the recursive flag: ${path}`,
  );
