import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { searchFile } from "../file/index.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { FILE_CHECKS, READ_CHECKS, REDACTABLE_ERRORS, withFile } from "./with.ts";

const grepFlags = flags({
  module: "grep",
  constants: { ignore_case: ["i"], count: ["c"], invert: ["v"], line_number: ["n"] },
  numbered: { max_count: { parameters: ["n"], short: ["m"], example: "10" } },
});

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
        const limit = given.numbers("max_count")?.[0] ?? 0n;
        const most = limit > 0n ? Number(limit) : Number.POSITIVE_INFINITY;
        const { count, matches } = withFile(call, path, { read: true }, (file) =>
          searchFile(call, file, regex, {
            invert: given.has("invert"),
            most: given.has("count") ? 0 : most,
          }),
        );
        if (given.has("count")) return [String(Math.min(count, most))];
        return matches.map(({ number, content }) =>
          given.has("line_number") ? `${number}:${content}` : content,
        );
      },
    }),
  ],
};
