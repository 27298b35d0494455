import type { Namespace } from "../../namespace.ts";
import type { Call } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { readFile, searchFile } from "../file/index.ts";
import type { FileHandle } from "../handles.ts";
import { collect, splitLines } from "../text.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { FILE_CHECKS, READ_CHECKS, REDACTABLE_ERRORS, withFile } from "./with.ts";

const grepFlags = flags({
  module: "grep",
  constants: { ignore_case: ["i"], count: ["c"], invert: ["v"], line_number: ["n"] },
  numbered: { max_count: { parameters: ["n"], short: ["m"], example: "10" } },
});

interface Line {
  readonly number: number;
  readonly content: string;
}

/** The lines that match `pattern`, or those that do not. */
function select(call: Call, file: FileHandle, pattern: string, invert: boolean): readonly Line[] {
  const matches = searchFile(call, file, pattern);
  if (!invert) return matches;
  const matching = new Set(matches.map(({ number }) => number));
  return collect(
    splitLines(readFile(call, file))
      .map((content, index) => ({ number: index + 1, content }))
      .filter(({ number }) => !matching.has(number)),
  );
}

export const grepNamespace: Namespace = {
  ...grepFlags.namespace,
  operations: [
    ...grepFlags.namespace.operations,
    ...helper({
      name: "grep",
      flags: grepFlags,
      parameters: [text("pattern"), text("path")],
      returns: "Array<String>",
      summary:
        "Takes the lines that match the regex `pattern`. Flags: `ignore_case`, `invert`, `line_number` (before each line), `max_count(n)`, `count` (the number of lines instead of them).",
      checks: [...FILE_CHECKS, ...READ_CHECKS],
      errors: REDACTABLE_ERRORS,
      example: { args: '"ERROR", "/srv/app/app.log"', flags: "grep::line_number, grep::max_count(10)" },
      perform: (call, given, pattern, path) => {
        const regex = given.has("ignore_case") ? `(?i)${pattern}` : pattern;
        const selected = withFile(call, path, { read: true }, (file) =>
          select(call, file, regex, given.has("invert")),
        );
        const limit = given.numbers("max_count")?.[0] ?? 0n;
        const lines = limit > 0n ? selected.slice(0, Number(limit)) : selected;
        if (given.has("count")) return [String(lines.length)];
        return lines.map(({ number, content }) =>
          given.has("line_number") ? `${number}:${content}` : content,
        );
      },
    }),
  ],
};
