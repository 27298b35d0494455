import { operation } from "../../operation.ts";
import { closure, object, text } from "../../parameters.ts";
import { metadataOfLink } from "../entry/entry.ts";
import { METADATA, metadataFrom, OWNERSHIP, ownershipFrom } from "../entry/metadata.ts";
import { openedFor } from "../entry/opened-for.ts";
import { HANDLES } from "../handles.ts";
import { METADATA_ERRORS, OPEN_DIR_ERRORS, OPEN_FILE_ERRORS, OPEN_WITH_OPTIONS_ERRORS } from "../kinds.ts";
import { openDir, openFile, openSymlink } from "../open.ts";
import { find } from "./find.ts";
import { readLinkTarget } from "./link.ts";
import { listEntries } from "./list.ts";
import { dirConfig, diskUsageOptions, findOptions, openDirOptions, openFileOptions } from "./options.ts";
import { DISK_USAGE_RESULT, measure, statusOfDirectory } from "./usage.ts";

const self = object(HANDLES.dir);
const common = { source: "IoErrorKind" } as const;

/** What opens, lists and looks, and changes nothing but by `create`. */
export const lookOperations = [
  operation({
    ...common,
    name: "open",
    parameters: [object(dirConfig.type), openDirOptions.parameter],
    returns: HANDLES.dir.name,
    summary: "Opens the directory, with `create` after making it.",
    checks: [
      "fs:open Dir(<path as given>)",
      "fs:create Dir(<path as given>), with create; recursively for each missing directory",
      "fs:open Dir(<real path>), with follow_symlinks",
    ],
    errors: OPEN_DIR_ERRORS,
    example: 'DirConfig().path("/srv/app").build().open(OpenDirOptions().build())',
    perform: (call, { values: { path } }, { values: { create, recursive, follow_symlinks } }) =>
      openDir(call, path, { create, recursive, followSymlinks: follow_symlinks }),
  }),
  operation({
    ...common,
    name: "open_file",
    parameters: [self, text("name"), openFileOptions.parameter],
    returns: HANDLES.file.name,
    summary: "Opens the file of that name in the directory.",
    checks: [
      "fs:open File(<dir>/<name>)",
      "fs:create File(<dir>/<name>), with create",
      "fs:open File(<real path>), with follow_symlinks where it differs",
    ],
    errors: OPEN_WITH_OPTIONS_ERRORS,
    example: 'dir.open_file("app.log", OpenFileOptions().read(true).build())',
    perform: (call, handle, name, { values }) => openFile(call, handle, name, openedFor(values)),
  }),
  operation({
    ...common,
    name: "open_symlink",
    parameters: [self, text("name")],
    returns: HANDLES.symlink.name,
    summary: "Opens the link of that name itself.",
    checks: ["fs:open File(<dir>/<name>)"],
    errors: ["InvalidPath", "ValidationError", "IoError", "FileContentTooLargeError", "Other"],
    example: 'dir.open_symlink("current")',
    only: "linux",
    perform: (call, handle, name) => openSymlink(call, handle, name),
  }),
  operation({
    ...common,
    name: "list_entries",
    parameters: [self],
    returns: "Map<String,DirEntry>",
    summary: "Lists the directory: entries by name.",
    checks: ["fs:read Dir(<dir>)"],
    errors: ["IoError", "FileContentTooLargeError"],
    example: "dir.list_entries().keys()",
    perform: (call, handle) => listEntries(call, handle),
  }),
  operation({
    ...common,
    name: "read_link_target",
    parameters: [self, text("name")],
    returns: "String",
    summary: "Reads what the link of that name points to.",
    checks: ["fs:read File(<dir>/<name>)"],
    errors: ["IoError", "Other"],
    example: 'dir.read_link_target("current")',
    perform: (call, handle, name) => readLinkTarget(call, handle, name),
  }),
  operation({
    ...common,
    name: "metadata",
    parameters: [self],
    returns: METADATA.name,
    summary: "Reads what is known of the directory.",
    checks: ["fs:stat Dir(<dir>)"],
    errors: METADATA_ERRORS,
    example: "dir.metadata()",
    perform: (call, handle) => metadataFrom(statusOfDirectory(call, handle), handle.path),
  }),
  operation({
    ...common,
    name: "metadata",
    parameters: [object(HANDLES.symlink)],
    returns: METADATA.name,
    summary: "Reads what is known of the link itself.",
    checks: ["fs:stat File(<link>)", "fs:read File(<link>), without it the target is left out"],
    errors: METADATA_ERRORS,
    example: "link.metadata()",
    only: "linux",
    perform: (call, link) => metadataOfLink(call, link),
  }),
  operation({
    ...common,
    name: "get_ownership",
    parameters: [self],
    returns: OWNERSHIP.name,
    summary: "Reads owner and group of the directory.",
    checks: ["fs:stat Dir(<dir>)"],
    errors: METADATA_ERRORS,
    example: "dir.get_ownership()",
    only: "unix",
    perform: (call, handle) => ownershipFrom(statusOfDirectory(call, handle)),
  }),
  operation({
    ...common,
    name: "find",
    parameters: [self, findOptions.parameter, closure("callback")],
    returns: "()",
    summary: "Calls the closure with each entry below the directory that the options describe.",
    checks: [
      "fs:read Dir(<dir>), without it nothing is found",
      "fs:open Dir(<subdir>), else it is left out",
      "fs:read Dir(<subdir>), else it is not gone into",
      "fs:open and fs:stat of entries, for sizes and times",
      "fs:stat Dir(<dir>), fs:stat File(<link>), fs:open and fs:stat of each entry, with follow_symlinks",
    ],
    errors: [...OPEN_FILE_ERRORS, "RustixError", "TryFromIntError", "CallbackError"],
    example: 'dir.find(FindOptions().name("*.log").build(), |entry| info(entry.name))',
    perform: (call, handle, { values }, callback) => find(call, handle, values, callback),
  }),
  operation({
    ...common,
    name: "disk_usage",
    parameters: [self, diskUsageOptions.parameter],
    returns: DISK_USAGE_RESULT,
    summary: "Measures the directory and all that is in it.",
    checks: [
      "fs:stat Dir(<dir>)",
      "fs:read Dir(<dir>), without it nothing in it is counted",
      "fs:open, fs:stat and fs:read Dir(<subdir>), else it is left out",
      "fs:open File(<file>) and fs:stat File(<file>), else it is left out",
    ],
    errors: ["IoError", "FileContentTooLargeError"],
    example: "dir.disk_usage(DiskUsageOptions().all_files(true).build())",
    only: "unix",
    perform: (call, handle, { values }) => measure(call, handle, values),
  }),
];
