import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { readFile, replaceText, writeInPlace } from "../file/index.ts";
import { ask, file } from "../resource.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { FILE_CHECKS, READ_CHECKS, REDACTABLE_ERRORS, withFile } from "./with.ts";

const sedFlags = flags({ module: "sed", constants: { regex: [], all: ["g"], in_place: ["i"] } });

export const sedNamespace: Namespace = {
  ...sedFlags.namespace,
  operations: helper({
    name: "sed",
    flags: sedFlags,
    parameters: [text("pattern"), text("replacement"), text("path")],
    returns: "String",
    summary:
      "Gives the file's text with the first `pattern` replaced; `sed::all` replaces all, `sed::regex` takes a regex and `$1` in the replacement, `sed::in_place` also writes the text to the file.",
    checks: [...FILE_CHECKS, ...READ_CHECKS, "fs:write File(<file>), in place"],
    errors: REDACTABLE_ERRORS,
    example: { args: '"8080", "9090", "/srv/app/config.json"', flags: "sed::all, sed::in_place" },
    perform: (call, given, pattern, replacement, path) => {
      const options = { isRegex: given.has("regex"), replaceAll: given.has("all") };
      if (!given.has("in_place")) {
        const content = withFile(call, path, { read: true }, (handle) => readFile(call, handle));
        return replaceText(content, pattern, replacement, options);
      }
      return withFile(call, path, { read: true, write: true }, (handle) => {
        // Only the full text may be written back, so the redacted one does not do.
        call.access.require(ask("read", file(handle.path)));
        const edited = replaceText(readFile(call, handle), pattern, replacement, options);
        writeInPlace(call, handle, edited);
        return edited;
      });
    },
  }),
};
