import { dirname, resolve } from "node:path";
import type { ModuleSource } from "rhai-wasm";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { SdkError } from "../errors.ts";
import type { Call } from "../operation.ts";
import { requireRead } from "./access.ts";
import { sizeOf } from "./effects/content.ts";
import { bytesOf } from "./effects/file.ts";
import { openDir, openFile } from "./open.ts";
import { asIoErrors } from "./os-errors.ts";
import { decode } from "./text.ts";
import { using } from "./using.ts";

const EXTENSION = ".rhai";

/**
 * The source of the module that a script, or the module `importer`, imports as `path`; `undefined` where there is no
 * such file. Needs `open` of the directory, and `open` and `read` of the file; a denial comes before a look at them.
 */
export function readModule(call: Call, path: string, importer: string | undefined): ModuleSource | undefined {
  const { directory, name } = locateModule(path, importer);
  try {
    return using(openDir(call, directory, { followSymlinks: true }), (parent) =>
      using(openFile(call, parent, name, { read: true, followSymlinks: true }), (file) => {
        const token = requireRead(call, file);
        return asIoErrors(() => {
          if (sizeOf(token, file) > LIMITS.scriptBytes) {
            throw new LimitError("scriptBytes", LIMITS.scriptBytes);
          }
          return { name: file.path, source: decode(bytesOf(token, file)) };
        });
      }),
    );
  } catch (error) {
    if (error instanceof SdkError && error.message.includes("(os error 2)")) return undefined;
    throw error;
  }
}

/** As Rhai's own resolver: seen from the importer's directory, with the extension in place of any other. */
function locateModule(path: string, importer: string | undefined): { directory: string; name: string } {
  const absolute = resolve(importer === undefined ? "." : dirname(importer), path);
  const name = absolute.slice(absolute.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return { directory: dirname(absolute), name: (dot > 0 ? name.slice(0, dot) : name) + EXTENSION };
}
