import type { Value } from "rhai-wasm";
import { SdkError } from "../../errors.ts";
import type { Namespace } from "../../namespace.ts";
import type { Call } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { listEntries } from "../directory/index.ts";
import { entryOfSymlink } from "../entry/index.ts";
import { ioError } from "../os-errors.ts";
import { ask, file, join } from "../resource.ts";
import { type Entry, type Unseen, whyUnseen, withEntry } from "./entry.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { withDir } from "./with.ts";

const lsFlags = flags({ module: "ls", constants: { all: ["a"], long: ["l"], recursive: ["R"] } });

/** Entries by name: those of a directory, or a link itself. */
function list(call: Call, path: string, all: boolean): Value {
  // With a slash at its end a path means what a link leads to, if that is a directory.
  if (path.endsWith("/")) {
    try {
      return listDirectory(call, path, all);
    } catch (error) {
      if (!isNotDirectory(error)) throw error;
    }
  }
  return withEntry(call, path, (entry) => {
    if ("name" in entry && entry.type === "symlink") {
      return new Map([[entry.name, entryOfSymlink(call, entry.directory, entry.name)]]);
    }
    try {
      return listDirectory(call, path, all);
    } catch (error) {
      if (isNotDirectory(error)) throw notListable(call, path, entry);
      throw error;
    }
  });
}

const listDirectory = (call: Call, path: string, all: boolean): Map<string, Value> =>
  withDir(call, path, (dir) => listEntries(call, dir, (name) => all || !name.startsWith(".")));

const isNotDirectory = (error: unknown): boolean =>
  error instanceof SdkError && error.message.includes("Not a directory");

/** The error for what is neither directory nor link, for those who may know. */
function notListable(call: Call, path: string, entry: Entry | Unseen): unknown {
  if (!("name" in entry)) return whyUnseen(call, entry);
  call.access.require(ask("open", file(join(entry.directory.path, entry.name))));
  return ioError("InvalidArguments", `Invalid arguments: ls: ${path}: Not a directory or symlink`);
}

export const lsNamespace: Namespace = {
  ...lsFlags.namespace,
  operations: helper({
    name: "ls",
    flags: lsFlags,
    parameters: [text("path")],
    returns: "Map<String,DirEntry>",
    summary:
      "Lists a directory: entries by name, with `ls::all` those that start with a dot too. A link is listed itself. `ls::long` and `ls::recursive` change nothing.",
    checks: [
      "fs:open Dir(<path as given>), fs:open Dir(<real path>), fs:read Dir(<real path>)",
      "link: fs:open Dir(<parent as given>), fs:open Dir(<real parent>), fs:open File(<link>)",
    ],
    errors: ["InvalidArguments", "ValidationError", "IoError", "FileContentTooLargeError", "Other"],
    example: { args: '"/srv/app"', flags: "ls::all" },
    perform: (call, given, path) => list(call, path, given.has("all")),
  }),
};
