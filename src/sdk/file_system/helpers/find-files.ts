import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { findEntries } from "../directory/index.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { withDir } from "./with.ts";

const globFlags = flags({ module: "glob", constants: { recursive: ["r"] } });

export const findFilesNamespace: Namespace = {
  ...globFlags.namespace,
  operations: helper({
    name: "find_files",
    alsoCalled: ["glob"],
    flags: globFlags,
    parameters: [text("pattern"), text("path")],
    returns: "Array<String>",
    summary:
      "Names the entries of the directory at `path` that match the glob `pattern`; `glob::recursive` looks below it too.",
    checks: [
      "fs:open Dir(<path as given>)",
      "fs:open Dir(<real path>)",
      "fs:read Dir(<real path>), without it nothing is found",
      "fs:open Dir(<each subdirectory>), else it is left out",
      "fs:read Dir(<each subdirectory>), recursive",
    ],
    errors: ["ValidationError", "IoError", "FileContentTooLargeError", "Other"],
    example: { args: '"*.log", "/srv/app"', flags: "glob::recursive" },
    perform: (call, given, pattern, path) =>
      withDir(call, path, (dir) =>
        findEntries(call, dir, { name: pattern, ...(given.has("recursive") ? {} : { maxDepth: 1n }) }).map(
          ({ name }) => name,
        ),
      ),
  }),
};
