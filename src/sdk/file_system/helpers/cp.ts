import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { copyFile } from "../file/index.ts";
import { OPEN_FILE_ERRORS } from "../kinds.ts";
import { openDir, openFile } from "../open.ts";
import { ask, file, join } from "../resource.ts";
import { using } from "../using.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { locate } from "./path.ts";

const cpFlags = flags({ module: "cp", constants: { force: ["f"], preserve: ["p"] } });

export const cpNamespace: Namespace = {
  ...cpFlags.namespace,
  operations: helper({
    name: "cp",
    flags: cpFlags,
    parameters: [text("source"), text("destination")],
    returns: "()",
    summary:
      "Copies a file. `cp::force` overwrites a destination that is not empty, `cp::preserve` copies mode and times.",
    checks: [
      "fs:open Dir(<parent of source>)",
      "fs:open File(<source>)",
      "fs:open Dir(<parent of destination>)",
      "fs:open File(<destination>)",
      "fs:create File(<destination>)",
      "fs:read File(<source>)",
      "fs:write File(<destination>)",
    ],
    errors: ["InvalidArguments", "DestinationFileNotEmptyError", "DirectoryOpenError", ...OPEN_FILE_ERRORS],
    example: { args: '"/srv/app/app.log", "/srv/app/app.log.1"', flags: "cp::force, cp::preserve" },
    perform: (call, given, from, to) => {
      const source = locate(from, "source path");
      const destination = locate(to, "destination path");
      const options = { force: given.has("force"), preserve: given.has("preserve") };
      return using(openDir(call, source.directory, {}), (fromDir) =>
        using(openFile(call, fromDir, source.name, { read: true }), (original) =>
          using(openDir(call, destination.directory, {}), (toDir) => {
            const target = file(join(toDir.path, destination.name));
            // Opening creates the destination: what the copy needs is asked before that.
            for (const request of [
              ask("open", target),
              ask("create", target),
              ask("read", file(original.path)),
              ask("write", target),
            ] as const) {
              call.access.require(request);
            }
            return using(openFile(call, toDir, destination.name, { write: true, create: true }), (copy) => {
              copyFile(call, original, copy, options);
              return null;
            });
          }),
        ),
      );
    },
  }),
};
