import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { moveFile } from "../file/index.ts";
import { OPEN_FILE_ERRORS } from "../kinds.ts";
import { openDir, openFile } from "../open.ts";
import { using } from "../using.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { locate } from "./path.ts";

const mvFlags = flags({ module: "mv", constants: { backup: ["b"], verbose: ["v"] } });

export const mvNamespace: Namespace = {
  ...mvFlags.namespace,
  operations: helper({
    name: "mv",
    flags: mvFlags,
    parameters: [text("source"), text("destination")],
    returns: "()",
    summary: "Moves a file, in place of an earlier one. `mv::verbose` logs it.",
    checks: [
      "fs:open Dir(<parent of source>)",
      "fs:open File(<source>)",
      "fs:open Dir(<parent of destination>)",
      "fs:move File(<source>) with the destination as context",
      "fs:create File(<destination>)",
      "fs:open File(<destination>)",
      "to another file system: fs:read File(<source>), fs:write File(<destination>), fs:delete File(<source>)",
    ],
    errors: ["InvalidArguments", "InvalidPath", "DirectoryOpenError", ...OPEN_FILE_ERRORS],
    example: { args: '"/srv/app/app.log", "/srv/app/app.log.1"', flags: "mv::verbose" },
    perform: (call, given, from, to) => {
      const source = locate(from, "source path");
      const destination = locate(to, "destination path");
      const options = { backup: given.has("backup"), verbose: given.has("verbose") };
      return using(openDir(call, source.directory, {}), (fromDir) =>
        using(openFile(call, fromDir, source.name, { read: true, write: true }), (original) =>
          using(openDir(call, destination.directory, {}), (toDir) =>
            using(moveFile(call, original, toDir, destination.name, options), () => null),
          ),
        ),
      );
    },
  }),
};
