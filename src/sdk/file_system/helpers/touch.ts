import type { Namespace } from "../../namespace.ts";
import { operation } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { OPEN_FILE_ERRORS } from "../kinds.ts";
import { openDir, openFile } from "../open.ts";
import { using } from "../using.ts";
import { locate } from "./path.ts";

export const touchNamespace: Namespace = {
  types: [],
  constants: [],
  operations: [
    operation({
      name: "touch",
      source: "IoErrorKind",
      parameters: [text("path")],
      returns: "()",
      summary: "Creates an empty file where there is none; an existing one stays as it is, times included.",
      checks: ["fs:open Dir(<parent>)", "fs:open File(<file>)", "fs:create File(<file>)"],
      errors: ["InvalidArguments", "DirectoryOpenError", ...OPEN_FILE_ERRORS],
      example: 'touch("/srv/app/ready")',
      perform: (call, path) => {
        const { directory, name } = locate(path, "file path");
        return using(openDir(call, directory, {}), (dir) =>
          using(openFile(call, dir, name, { write: true, create: true }), () => null),
        );
      },
    }),
  ],
};
