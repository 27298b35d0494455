import type { Value } from "rhai-wasm";
import type { Namespace } from "../../namespace.ts";
import { text } from "../../parameters.ts";
import { type DiskUsageEntry, diskUsage } from "../directory/index.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { withDir } from "./with.ts";

const duFlags = flags({
  module: "du",
  constants: { summarize: ["s"], all_files: ["a"], apparent_size: [] },
  numbered: { max_depth: { parameters: ["n"], short: ["d"], example: "2" } },
});

/** Totals count every entry, so what is in a nested directory counts once for each directory that is listed. */
function report(entries: readonly DiskUsageEntry[]): Value {
  const total = (of: (entry: DiskUsageEntry) => bigint) =>
    entries.reduce((sum, entry) => sum + of(entry), 0n);
  return new Map<string, Value>([
    [
      "entries",
      entries.map(
        ({ path, sizeBytes, inodeCount }) =>
          new Map<string, Value>([
            ["path", path],
            ["size_bytes", sizeBytes],
            ["inode_count", inodeCount],
          ]),
      ),
    ],
    ["total_size_bytes", total(({ sizeBytes }) => sizeBytes)],
    ["total_inode_count", total(({ inodeCount }) => inodeCount)],
  ]);
}

export const duNamespace: Namespace = {
  ...duFlags.namespace,
  operations: [
    ...duFlags.namespace.operations,
    ...helper({
      name: "du",
      source: "text",
      flags: duFlags,
      parameters: [text("path")],
      returns: "Map{entries:[{path,size_bytes,inode_count}],total_size_bytes,total_inode_count}",
      summary:
        "Measures the directory at `path`: an entry for each directory below it, with `du::all_files` for each file too, and totals. Flags: `summarize`, `apparent_size`, `max_depth(n)`.",
      checks: [
        "fs:open Dir(<path as given>)",
        "fs:open Dir(<real path>)",
        "fs:stat Dir(<real path>)",
        "fs:read and fs:open Dir(<each directory>)",
        "fs:open and fs:stat File(<each file>)",
        "fs:stat Dir(<each subdirectory>)",
      ],
      errors: ["a path that is none or leads to no directory", "flags that do not go together", "a limit"],
      example: { args: '"/srv/app"', flags: "du::summarize" },
      perform: (call, given, path) =>
        withDir(call, path, (dir) => {
          const [maxDepth] = given.numbers("max_depth") ?? [];
          return report(
            diskUsage(call, dir, {
              summarize: given.has("summarize"),
              allFiles: given.has("all_files"),
              apparentSize: given.has("apparent_size"),
              ...(maxDepth === undefined ? {} : { maxDepth }),
            }),
          );
        }),
    }),
  ],
};
