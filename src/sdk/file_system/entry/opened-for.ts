import type { openFileOptions, ValuesOf } from "../directory/options.ts";
import type { OpenedFor } from "../handles.ts";

/** The options of a script as opening takes them. */
export function openedFor(values: ValuesOf<typeof openFileOptions>): OpenedFor {
  const { read, write, create, permissions, follow_symlinks } = values;
  return {
    read,
    write,
    create,
    permissions: permissions === undefined ? undefined : Number(BigInt.asUintN(64, permissions) & 0o777n),
    followSymlinks: follow_symlinks,
  };
}
