import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { readFile } from "../file/index.ts";
import { fromPlatform } from "../os-errors.ts";
import { splitLines } from "../text.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { FILE_CHECKS, READ_CHECKS, REDACTABLE_ERRORS, withFile } from "./with.ts";

const catFlags = flags({ module: "cat", constants: { number: ["n"] } });

/** Columns that a line number takes, right-aligned. */
const NUMBER_WIDTH = 6;

function numbered(content: string): string {
  let text = "";
  let number = 0;
  for (const line of splitLines(content)) {
    number++;
    text += `${number > 1 ? "\n" : ""}${String(number).padStart(NUMBER_WIDTH)}\t${line}`;
    // Numbers make the text of many short lines a multiple of the file.
    if (text.length > LIMITS.stringBytes)
      throw fromPlatform(new LimitError("stringBytes", LIMITS.stringBytes));
  }
  return text;
}

export const catNamespace: Namespace = {
  ...catFlags.namespace,
  operations: helper({
    name: "cat",
    flags: catFlags,
    parameters: [text("path")],
    returns: "String",
    summary: "Reads the file at `path`; `cat::number` puts line numbers before its lines.",
    checks: [...FILE_CHECKS, ...READ_CHECKS],
    errors: REDACTABLE_ERRORS,
    example: { args: '"/srv/app/app.log"', flags: "cat::number" },
    perform: (call, given, path) => {
      const content = withFile(call, path, { read: true }, (file) => readFile(call, file));
      return given.has("number") ? numbered(content) : content;
    },
  }),
};
