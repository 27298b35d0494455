import type { Namespace } from "../../namespace.ts";
import type { Call } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { appendTo } from "../effects/append.ts";
import { writeInPlace } from "../file/index.ts";
import { openFile } from "../open.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, file, join } from "../resource.ts";
import { using } from "../using.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { locate } from "./path.ts";
import { FILE_ERRORS, withDir } from "./with.ts";

const writeFlags = flags({ module: "write", constants: { append: ["a"], replace: ["r"] } });

/** Opens, or creates, the file at `path` and writes to it; asks for everything before it creates anything. */
function write(call: Call, path: string, content: string, replace: boolean): null {
  const { directory, name } = locate(path, "file path");
  return withDir(call, directory, (dir) => {
    const target = file(join(dir.path, name));
    call.access.require(ask("open", target));
    call.access.require(ask("create", target));
    // Appending reads nothing, but it is what scripts have needed `read` for all along. The redacted text of a
    // file is no substitute: it must never be written back.
    if (!replace) call.access.require(ask("read", target));
    const token = call.access.require(ask("write", target));
    const opened = { read: !replace, write: true, create: true };
    return using(openFile(call, dir, name, opened), (handle) => {
      if (replace) writeInPlace(call, handle, content);
      else asIoErrors(() => appendTo(token, target.id, handle.fd, content));
      return null;
    });
  });
}

export const writeNamespace: Namespace = {
  ...writeFlags.namespace,
  operations: helper({
    name: "write",
    flags: writeFlags,
    parameters: [text("path"), text("content")],
    returns: "()",
    summary:
      "Appends `content` to the file at `path`, which is created where there is none; `write::replace` writes it in place of all that was there.",
    checks: [
      "fs:open Dir(<parent as given>)",
      "fs:open Dir(<real parent>)",
      "fs:open File(<file>)",
      "fs:create File(<file>)",
      "fs:read File(<file>), when appending",
      "fs:write File(<file>)",
    ],
    errors: FILE_ERRORS,
    example: { args: '"/srv/app/empty.txt", "done\\n"', flags: "write::replace" },
    perform: (call, given, path, content) => write(call, path, content, given.has("replace")),
  }),
};
