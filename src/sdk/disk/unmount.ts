import { OsError } from "../../platform/os-error.ts";
import { ask, dir } from "../file_system/resource.ts";
import type { Call } from "../operation.ts";
import { field, mustBeInitialized, options, required } from "../options.ts";
import { unmountAt } from "./effects/mount.ts";
import { asDiskErrors, diskError } from "./errors.ts";

export const unmountOptions = options({
  name: "UnmountOptions",
  path: "rust_safe_disk_info::options",
  summary: "Begins the options of what is unmounted.",
  only: "linux",
  fields: { path: required(field.text(), mustBeInitialized) },
  examples: { path: '"/srv/backup"' },
});

/** Unmounts what is at `path`. Asks for it by the path as given, and where links lead elsewhere by the real one. */
export function unmount({ access }: Call, path: string): null {
  const request = (at: string) =>
    ask(
      "unmount",
      asDiskErrors(() => dir(at)),
    );
  const { id } = request(path).resource;
  const token = access.require(request(path));
  try {
    unmountAt(token, id, (realPath) => access.require(request(realPath)));
    return null;
  } catch (error) {
    throw error instanceof OsError ? diskError(`Failed to unmount ${path}: ${error.message}`) : error;
  }
}
