import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { object, text } from "../../parameters.ts";
import { moveOptions } from "../directory/options.ts";
import { HANDLES } from "../handles.ts";
import { bytesOf } from "../size.ts";
import { deleteFile, moveFile } from "./move.ts";
import {
  copyFileOptions,
  deleteFileOptions,
  fallocateOptions,
  replacementOptions,
  truncateOptions,
  writeOptions,
} from "./options.ts";
import { replaceText } from "./replace-text.ts";
import { allocateFile, copyFile, truncateFile, writeFile, writeInPlace } from "./write.ts";

const self = object(HANDLES.file);
const write = {
  source: "IoErrorKind",
  checks: ["fs:write File(<file>)"],
} as const;
const replaced = [...write.checks, "fs:create File(<file>), if it was deleted"];

const operations = [
  operation({
    ...write,
    name: "write",
    parameters: [self, text("content")],
    returns: HANDLES.file.name,
    summary:
      "Replaces the file by one with `content`, all of it or nothing; returns a handle of the new one.",
    checks: replaced,
    errors: ["InvalidFileMode", "FileError", "IoError", "FileContentTooLargeError"],
    example: 'dir.open_file("config.json", OpenFileOptions().write(true).build()).write("{}")',
    perform: (call, handle, content) => writeFile(call, handle, content, false),
  }),
  operation({
    ...write,
    name: "write",
    parameters: [self, text("content"), writeOptions.parameter],
    returns: HANDLES.file.name,
    summary: "Replaces the file by one with `content`, which by default keeps the owner.",
    checks: replaced,
    errors: ["InvalidFileMode", "FileError", "IoError", "FileContentTooLargeError"],
    example:
      'dir.open_file("config.json", OpenFileOptions().write(true).build()).write("{}", WriteOptions().build())',
    perform: (call, handle, content, { values }) =>
      writeFile(call, handle, content, values.preserve_ownership),
  }),
  operation({
    ...write,
    name: "write_in_place",
    parameters: [self, text("content")],
    returns: "()",
    summary: "Writes `content` into the file as its only content.",
    errors: ["InvalidFileMode", "IoError"],
    example: 'dir.open_file("config.json", OpenFileOptions().write(true).build()).write_in_place("{}")',
    only: "unix",
    perform: (call, handle, content) => {
      writeInPlace(call, handle, content);
      return null;
    },
  }),
  operation({
    ...write,
    name: "copy",
    parameters: [self, object(HANDLES.file, "destination"), copyFileOptions.parameter],
    returns: HANDLES.file.name,
    summary: "Copies the content to `destination`, which must be empty unless forced; returns `destination`.",
    checks: ["fs:read File(<source>)", "fs:write File(<destination>)"],
    errors: ["InvalidFileMode", "DestinationFileNotEmptyError", "IoError"],
    example:
      'file.copy(dir.open_file("app.log.1", OpenFileOptions().create(true).build()), CopyFileOptions().build())',
    perform: (call, source, destination, { values }) => {
      copyFile(call, source, destination, values);
      return destination;
    },
  }),
  operation({
    ...write,
    name: "truncate",
    parameters: [self, truncateOptions.parameter],
    returns: "()",
    summary: "Makes the file so long: cut off, or filled with zeros.",
    errors: ["InvalidArguments", "RustixError"],
    example:
      'dir.open_file("config.json", OpenFileOptions().write(true).build()).truncate(TruncateOptions().size(0).build())',
    only: "linux",
    perform: (call, handle, { values: { size, format } }) => {
      truncateFile(call, handle, bytesOf(size, format));
      return null;
    },
  }),
  operation({
    ...write,
    name: "fallocate",
    parameters: [self, fallocateOptions.parameter],
    returns: "()",
    summary: "Reserves space on the disk.",
    errors: ["InvalidFileMode", "RustixError"],
    example:
      'dir.open_file("config.json", OpenFileOptions().write(true).build()).fallocate(FallocateOptions().length(4096).build())',
    only: "linux",
    perform: (call, handle, { values: { length, format } }) => {
      allocateFile(call, handle, bytesOf(length, format));
      return null;
    },
  }),
  operation({
    name: "delete",
    source: "IoErrorKind",
    parameters: [self, deleteFileOptions.parameter],
    returns: "()",
    summary: "Deletes the file; a followed link itself.",
    checks: ["fs:delete File(<dir>/<name>)"],
    errors: ["NotFound", "FileError"],
    example: "file.delete(DeleteFileOptions().build())",
    perform: (call, handle, { values }) => {
      deleteFile(call, handle, values);
      return null;
    },
  }),
  operation({
    name: "move",
    source: "IoErrorKind",
    parameters: [self, object(HANDLES.dir, "dest_dir"), text("dest_name"), moveOptions.parameter],
    returns: HANDLES.file.name,
    summary: "Moves the file in place of what is at the destination; returns a handle of it there.",
    checks: [
      "fs:move File(<dir>/<name>) with the destination as context",
      "fs:create File(<destination>)",
      "fs:open File(<destination>)",
      "to another file system: fs:read File(<file>), fs:write File(<destination>), fs:delete File(<dir>/<name>)",
    ],
    errors: ["InvalidPath", "InvalidFileMode", "FileError", "IoError", "FileContentTooLargeError", "Other"],
    example: 'file.move(dir, "app.log.1", MoveOptions().build())',
    perform: (call, handle, directory, name, { values }) => moveFile(call, handle, directory, name, values),
  }),
  operation({
    name: "replace_text",
    source: "IoErrorKind",
    parameters: [text("text"), text("old"), text("new"), replacementOptions.parameter],
    returns: "String",
    summary: "Replaces `old` in a text, once or everywhere, as text or as a regex.",
    checks: [],
    errors: ["ValidationError", "FileContentTooLargeError"],
    example:
      'replace_text("a1b22", "[0-9]+", "-", ReplacementOptions().is_regex(true).replace_all(true).build())',
    perform: (_call, subject, old, replacement, { values }) =>
      replaceText(subject, old, replacement, {
        isRegex: values.is_regex,
        replaceAll: values.replace_all,
      }),
  }),
];

export const writeNamespaces: readonly Namespace[] = [
  copyFileOptions.namespace,
  deleteFileOptions.namespace,
  writeOptions.namespace,
  replacementOptions.namespace,
  truncateOptions.namespace,
  fallocateOptions.namespace,
  { types: [], constants: [], operations },
];
