import type { Namespace } from "../../namespace.ts";
import { type Call, operation } from "../../operation.ts";
import { object } from "../../parameters.ts";
import { openDirOptions, openFileOptions } from "../directory/options.ts";
import { inodeOf } from "../effects/status.ts";
import type { DirHandle } from "../handles.ts";
import { OPEN_DIR_ERRORS, OPEN_FILE_ERRORS, OPEN_WITH_OPTIONS_ERRORS } from "../kinds.ts";
import { openSymlink } from "../open.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, file } from "../resource.ts";
import { DirEntry } from "./entry.ts";
import { METADATA, metadataNamespace } from "./metadata.ts";
import { openedFor } from "./opened-for.ts";
import { ENTRY_TYPE, entryTypeNamespace, entryTypeOf } from "./type.ts";

export const DIR_ENTRY = {
  name: "DirEntry",
  typeOf: "rust_safe_io::dir_entry::DirEntry",
  class: DirEntry,
  example: { variable: "entry", expression: 'dir.list_entries()["app.log"]' },
} as const;

const self = object(DIR_ENTRY);
const common = { source: "IoErrorKind", checks: [] } as const;

/** The link `name` of an open directory, as a listing shows it. Asks to open it. */
export function entryOfSymlink(call: Call, directory: DirHandle, name: string): DirEntry {
  const link = openSymlink(call, directory, name);
  try {
    const token = call.access.require(ask("open", file(link.path)));
    const ino = asIoErrors(() => inodeOf(token, link.path, link.fd));
    return DirEntry.ofLink(directory, link, ino);
  } catch (error) {
    link.release();
    throw error;
  }
}

const dirEntryNamespace: Namespace = {
  types: [DIR_ENTRY],
  constants: [],
  operations: [
    operation({
      ...common,
      name: "name",
      kind: "getter",
      parameters: [self],
      returns: "String",
      summary: "Its name.",
      example: "entry.name",
      perform: (_call, { name }) => name,
    }),
    operation({
      ...common,
      name: "inode",
      kind: "getter",
      parameters: [self],
      returns: "i64",
      summary: "Its inode.",
      example: "entry.inode",
      perform: (_call, { inode }) => inode,
    }),
    operation({
      ...common,
      name: "type",
      parameters: [self],
      returns: ENTRY_TYPE.name,
      summary: "What kind of file it is.",
      example: "entry.type() == EntryType::FILE",
      perform: (_call, { type }) => entryTypeOf(type),
    }),
    operation({
      ...common,
      name: "to_map",
      parameters: [self],
      returns: "Map",
      summary: "The entry as a map: name, type and inode.",
      example: "entry.to_map()",
      perform: (_call, { name, type, inode }) =>
        new Map<string, string | bigint>([
          ["name", name],
          ["type", entryTypeOf(type).name],
          ["inode", inode],
        ]),
    }),
    operation({
      ...common,
      name: "open_as_file",
      parameters: [self, openFileOptions.parameter],
      returns: "FileHandle",
      summary: "Opens the file. Opened once, it stays as it was opened first.",
      checks: [
        "fs:open File(<entry>)",
        "fs:create File(<entry>), with create",
        "fs:open File(<real path>), with follow_symlinks where it differs",
      ],
      errors: [...OPEN_WITH_OPTIONS_ERRORS, "EntryTypeMismatchError"],
      example: "entry.open_as_file(OpenFileOptions().read(true).build())",
      perform: (call, entry, { values }) => entry.openAsFile(call, openedFor(values)),
    }),
    operation({
      ...common,
      name: "open_as_dir",
      parameters: [self, openDirOptions.parameter],
      returns: "DirHandle",
      summary: "Opens the directory; a link is followed to it.",
      checks: ["fs:open Dir(<entry>)", "fs:open Dir(<real path>), of a link"],
      errors: [...OPEN_DIR_ERRORS, "EntryTypeMismatchError"],
      example: 'dir.list_entries()["logs"].open_as_dir(OpenDirOptions().build())',
      perform: (call, entry) => entry.openAsDir(call),
    }),
    operation({
      ...common,
      name: "metadata",
      parameters: [self],
      returns: METADATA.name,
      summary: "What is known of it; of a link, of the link itself.",
      checks: [
        "fs:open File(<entry>), of a file or link",
        "fs:open Dir(<entry>), of a directory",
        "fs:stat File(<entry>) or Dir(<entry>)",
        "fs:read File(<entry>), of a link; without it the target is left out",
      ],
      errors: [...OPEN_FILE_ERRORS, "DirectoryOpenError", "RustixError", "IdentityResolutionError"],
      example: "entry.metadata()",
      perform: (call, entry) => entry.metadata(call),
    }),
  ],
};

export const entryNamespaces: readonly Namespace[] = [
  entryTypeNamespace,
  metadataNamespace,
  dirEntryNamespace,
];
