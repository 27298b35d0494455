import { Denied } from "../../../policy/errors.ts";
import type { Namespace } from "../../namespace.ts";
import type { Call } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { deleteDirectory } from "../directory/index.ts";
import { targetType } from "../effects/lookup.ts";
import { unlinkSymlink } from "../effects/unlink.ts";
import { deleteFile } from "../file/index.ts";
import type { DirHandle } from "../handles.ts";
import { OPEN_FILE_ERRORS } from "../kinds.ts";
import { openDir, openFile, openSubdir } from "../open.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, dir, file, join } from "../resource.ts";
import { using } from "../using.ts";
import { type Entry, type Unseen, whyUnseen, withEntry } from "./entry.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";

const rmFlags = flags({ module: "rm", constants: { force: ["f"], recursive: ["r"] } });

interface Options {
  readonly force: boolean;
  readonly recursive: boolean;
}

/** Removes what is at `path`: a link itself, never the tree behind it. */
function remove(call: Call, path: string, options: Options): null {
  return withEntry(call, path, (entry) => {
    if (!("name" in entry)) return removeUnseen(call, path, entry, options);
    if (entry.type === "dir") return removeDirectory(call, path, entry, options);
    if (entry.type === "symlink" && linksDirectory(call, entry)) return removeLink(call, entry);
    return using(openFile(call, entry.directory, entry.name, { read: true }), (handle) => {
      deleteFile(call, handle, { force: options.force });
      return null;
    });
  });
}

function removeDirectory(call: Call, path: string, { directory, name }: Entry, options: Options): null {
  call.access.require(ask("open", dir(path)));
  // Opened from the directory in which it was seen: a link that takes its place is not followed.
  return using(openSubdir(call, directory, name), (handle) => {
    deleteDirectory(call, handle, options);
    return null;
  });
}

/**
 * The directory above `path` may not be opened. A directory can be removed by its own permissions; what it is
 * cannot be known otherwise, so `recursive` says which denial is the one that matters.
 */
function removeUnseen(call: Call, path: string, entry: Unseen, options: Options): null {
  if (!(entry.unseen instanceof Denied)) throw entry.unseen;
  let handle: DirHandle;
  try {
    handle = openDir(call, path, {});
  } catch (error) {
    throw error instanceof Denied && options.recursive ? error : whyUnseen(call, entry);
  }
  return using(handle, () => {
    deleteDirectory(call, handle, options);
    return null;
  });
}

function linksDirectory(call: Call, { directory, name }: Entry): boolean {
  const path = join(directory.path, name);
  const token = call.access.require(ask("open", file(path)));
  return asIoErrors(() => targetType(token, path, directory.fd, name) === "dir");
}

function removeLink(call: Call, { directory, name }: Entry): null {
  const path = join(directory.path, name);
  const token = call.access.require(ask("delete", file(path)));
  asIoErrors(() => unlinkSymlink(token, path, directory.fd, name));
  return null;
}

export const rmNamespace: Namespace = {
  ...rmFlags.namespace,
  operations: helper({
    name: "rm",
    flags: rmFlags,
    parameters: [text("path")],
    returns: "()",
    summary:
      "Removes a file, an empty directory, or with `rm::recursive` a directory and all in it. A link to a directory is removed itself.",
    checks: [
      "fs:open Dir(<parent as given>), fs:open Dir(<real parent>)",
      "file, or link to a directory: fs:open File(<path>), fs:delete File(<path>)",
      "directory: fs:open Dir(<path as given>), fs:open Dir(<real path>), fs:delete Dir(<real path>); with these the parent may be denied",
    ],
    errors: [
      "InvalidArguments",
      "NotFound",
      "DirectoryNotEmpty",
      "DirectoryError",
      "DirectoryOpenError",
      ...OPEN_FILE_ERRORS,
    ],
    example: { args: '"/srv/app/notes.csv"', flags: "rm::force" },
    perform: (call, given, path) =>
      remove(call, path, { force: given.has("force"), recursive: given.has("recursive") }),
  }),
};
