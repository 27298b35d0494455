import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { countFile } from "../file/index.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { FILE_CHECKS, FILE_ERRORS, withFile } from "./with.ts";

const COUNTS = ["lines", "words", "bytes"] as const;

const wcFlags = flags({ module: "wc", constants: { lines: ["l"], words: ["w"], bytes: ["c"] } });

export const wcNamespace: Namespace = {
  ...wcFlags.namespace,
  operations: helper({
    name: "wc",
    flags: wcFlags,
    parameters: [text("path")],
    returns: "Map{lines,words,bytes}",
    summary: "Counts lines, words and bytes; flags choose which.",
    checks: [...FILE_CHECKS, "fs:read File(<file>)"],
    errors: FILE_ERRORS,
    example: { args: '"/srv/app/app.log"', flags: "wc::lines" },
    perform: (call, given, path) => {
      const counts = withFile(call, path, { read: true }, (file) => countFile(call, file));
      const asked = COUNTS.filter((count) => given.has(count));
      return new Map((asked.length > 0 ? asked : COUNTS).map((count) => [count, counts[count]]));
    },
  }),
};
