import { operation } from "../../operation.ts";
import { object, text } from "../../parameters.ts";
import { HANDLES } from "../handles.ts";
import { CHMOD_ERRORS, CHOWN_ERRORS, OPEN_DIR_ERRORS } from "../kinds.ts";
import { createSymlink } from "./link.ts";
import { moveDirectory } from "./move.ts";
import {
  chmodDirOptions,
  createSymlinkOptions,
  deleteDirOptions,
  moveOptions,
  setOwnershipOptions,
} from "./options.ts";
import { chmodDirectory, chownDirectory, chownLink } from "./ownership.ts";
import { deleteDirectory } from "./remove.ts";

const self = object(HANDLES.dir);
const common = { source: "IoErrorKind" } as const;

/** What changes a directory, or what is in it. */
export const changeOperations = [
  operation({
    ...common,
    name: "delete",
    parameters: [self, deleteDirOptions.parameter],
    returns: "()",
    summary: "Removes the directory, with `recursive` after all that is in it.",
    checks: ["fs:delete Dir(<dir>)"],
    errors: ["NotFound", "DirectoryNotEmpty", "DirectoryError", "FileContentTooLargeError"],
    example: "usage.largest_subdir_handle.delete(DeleteDirOptions().recursive(true).build())",
    perform: (call, handle, { values }) => deleteDirectory(call, handle, values),
  }),
  operation({
    ...common,
    name: "chmod",
    parameters: [self, chmodDirOptions.parameter],
    returns: "()",
    summary: "Changes the permissions; with `recursive`, what is denied or fails is left with a warning.",
    checks: [
      "fs:chmod Dir(<dir>)",
      "recursive: fs:read Dir(<dir>), fs:open, fs:read and fs:chmod Dir(<subdir>), fs:open and fs:chmod File(<file>)",
    ],
    errors: [...CHMOD_ERRORS, "FileContentTooLargeError"],
    example: "dir.chmod(ChmodDirOptions().permissions(0o750).build())",
    only: "unix",
    perform: (call, handle, { values }) => chmodDirectory(call, handle, values),
  }),
  operation({
    ...common,
    name: "set_ownership",
    parameters: [self, setOwnershipOptions.parameter],
    returns: "()",
    summary: "Changes owner or group; with `recursive`, what is denied or fails is left with a warning.",
    checks: [
      "fs:chown Dir(<dir>)",
      "recursive: fs:read Dir(<dir>), fs:open, fs:read and fs:chown Dir(<subdir>), fs:open and fs:chown File(<file or link>)",
    ],
    errors: [...CHOWN_ERRORS, "FileContentTooLargeError"],
    example: 'dir.set_ownership(SetOwnershipOptions().user("app").recursive(true).build())',
    only: "linux",
    perform: (call, handle, { values }) => chownDirectory(call, handle, values),
  }),
  operation({
    ...common,
    name: "set_ownership",
    parameters: [object(HANDLES.symlink), setOwnershipOptions.parameter],
    returns: "()",
    summary: "Changes owner or group of the link itself.",
    checks: ["fs:chown File(<link>)"],
    errors: CHOWN_ERRORS,
    example: 'link.set_ownership(SetOwnershipOptions().group("app").build())',
    only: "linux",
    perform: (call, link, { values }) => chownLink(call, link, values),
  }),
  operation({
    ...common,
    name: "create_symlink",
    parameters: [self, text("target"), text("link_name"), createSymlinkOptions.parameter],
    returns: "()",
    summary: "Makes a link, with `force` in place of a file of its name. What it points to is not checked.",
    checks: ["fs:create File(<dir>/<link_name>)", "fs:delete File(<dir>/<link_name>), with force"],
    errors: ["InvalidPath", "IoError", "Other"],
    example: 'dir.create_symlink("app.log", "latest.log", CreateSymlinkOptions().build())',
    only: "unix",
    perform: (call, handle, target, name, { values: { force } }) =>
      createSymlink(call, handle, target, name, force),
  }),
  operation({
    ...common,
    name: "move",
    parameters: [
      self,
      object(HANDLES.dir, "src_dir"),
      object(HANDLES.dir, "dest_parent"),
      text("dest_name"),
      moveOptions.parameter,
    ],
    returns: HANDLES.dir.name,
    summary: "Moves a directory that is in this one; into the destination, if that is there and not empty.",
    checks: [
      "fs:move Dir(<this>/<name of src_dir>) with the destination as context",
      "fs:create Dir(<destination>)",
      "fs:open Dir(<destination>)",
      "where the destination is not empty, the same for <destination>/<name of src_dir>",
    ],
    errors: [
      ...OPEN_DIR_ERRORS,
      "InvalidPath",
      "DirectoryError",
      "DirectoryNotEmpty",
      "UnsupportedOperationError",
    ],
    example: 'dir.move(usage.largest_subdir_handle, dir, "archive", MoveOptions().build())',
    only: "linux",
    perform: (call, handle, source, to, name, { values }) =>
      moveDirectory(call, handle, source, to, name, values),
  }),
];
