import { HostObject } from "rhai-wasm";
import type { Regex } from "rhai-wasm/regex.ts";
import { Denied } from "../../policy/errors.ts";
import { walk } from "../file_system/directory/walk.ts";
import { isRefusal } from "../file_system/directory/warning.ts";
import type { DirEntry } from "../file_system/entry/entry.ts";
import { openDir } from "../file_system/open.ts";
import { scriptRegex } from "../file_system/patterns.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { recordType } from "../record.ts";
import { fromFile } from "../sysinfo/errors.ts";

import { keyOf, PARAMETERS } from "./key.ts";
import { contentOf, orAsRoot } from "./parameter.ts";

/** A parameter that was found. */
export class SysctlEntry extends HostObject {
  constructor(
    readonly key: string,
    readonly value: string,
  ) {
    super();
  }
}

export const entryRecord = recordType<SysctlEntry>({
  name: "SysctlEntry",
  typeOf: "rust_safe_system_info::sysctl::common::SysctlEntry",
  class: SysctlEntry,
  only: "linux",
  example: { variable: "setting", expression: 'parameters.find("/kernel/ostype$")[0]' },
  fields: {
    key: { type: "String", get: ({ key }) => key },
    value: { type: "String", get: ({ value }) => value },
  },
});

/** Deprecated names of others, and one that acts when it is read: https://man7.org/linux/man-pages/man8/sysctl.8.html */
const LEFT_OUT: readonly string[] = ["base_reachable_time", "retrans_time", "stat_refresh"];

/** The parameters whose path matches the regex `pattern`. Those that may not be read are left out. */
export function findParameters(call: Call, pattern: string): SysctlEntry[] {
  try {
    return using(openDir(call, PARAMETERS, {}), (root) => {
      const regex = scriptRegex(pattern);
      const found: SysctlEntry[] = [];
      for (const step of walk(call, root, {})) {
        if (step.kind !== "entry") continue;
        const entry = using(step.entry, (listed) => entryOf(call, listed, regex));
        if (entry) found.push(entry);
      }
      return found;
    });
  } catch (error) {
    throw fromFile(error);
  }
}

function entryOf(call: Call, listed: DirEntry, regex: Regex): SysctlEntry | undefined {
  const { type, name, path, directory } = listed;
  if (type !== "file" || LEFT_OUT.includes(name) || !regex.isMatch(path)) return undefined;
  const place = { directory: directory.path, name };
  try {
    return new SysctlEntry(
      keyOf(path),
      orAsRoot(call, place, (reader) => contentOf(reader, directory, name)),
    );
  } catch (error) {
    if (error instanceof Denied || isRefusal(error)) return undefined;
    throw error;
  }
}
