import { Denied } from "../../../policy/errors.ts";
import type { Namespace } from "../../namespace.ts";
import type { Call } from "../../operation.ts";
import { text } from "../../parameters.ts";
import { entryType, firstDirectory, targetType } from "../effects/lookup.ts";
import { makeDirectories } from "../effects/mkdir.ts";
import type { DirHandle } from "../handles.ts";
import { openDir } from "../open.ts";
import { asIoErrors } from "../os-errors.ts";
import { ask, dir, join, validatePath } from "../resource.ts";
import { using } from "../using.ts";
import { flags } from "./flags.ts";
import { helper } from "./helper.ts";
import { locate } from "./path.ts";
import { isAbsent, withDir } from "./with.ts";

const mkdirFlags = flags({ module: "mkdir", constants: { parents: ["p"] } });

/** Makes `names` below `base`, each in the one before it; all are authorized before the first is made. */
function makeBelow(call: Call, base: DirHandle, names: readonly string[]): null {
  const tokens = names.map((_, index) =>
    call.access.require(ask("create", dir([base.path, ...names.slice(0, index + 1)].reduce(join)))),
  );
  asIoErrors(() => makeDirectories(tokens, base, names));
  return null;
}

function makeWithParents(call: Call, path: string): null {
  validatePath(path);
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const leaf = names.at(-1);
  if (leaf === undefined) return null;
  const { base, depth, denied } = deepest(call, names);
  return using(base, () => {
    const refused = denied.get(depth + 1);
    const exists = isThere(call, base, names[depth] ?? leaf);
    if (exists && refused) throw refused;
    // What is there already, of whatever type, needs nothing to be made.
    if (exists && depth === names.length - 1) return null;
    return makeBelow(call, base, names.slice(depth));
  });
}

interface Deepest {
  readonly base: DirHandle;
  /** Number of names that lead to `base`. */
  readonly depth: number;
  /** Directories further down that may not be opened, so it is not known if they exist. */
  readonly denied: ReadonlyMap<number, Denied>;
}

/** The deepest directory above the last of `names` that exists and may be opened. */
function deepest(call: Call, names: readonly string[]): Deepest {
  const ancestors = names.map((_, depth) => `/${names.slice(0, depth).join("/")}`);
  const denied = new Map<number, Denied>();
  for (let depth = names.length - 1; depth >= 0; depth--) {
    try {
      const base = openDir(call, ancestors[depth] ?? "/", { followSymlinks: true });
      return { base, depth, denied };
    } catch (error) {
      if (error instanceof Denied) denied.set(depth, error);
      else if (!isAbsent(error)) throw error;
    }
  }
  const named = firstDirectory(ancestors.toReversed()) ?? "/";
  throw denied.get(ancestors.indexOf(named)) ?? denied.values().next().value;
}

/** Whether `name` is in `base`; a link counts as what it leads to. */
function isThere(call: Call, base: DirHandle, name: string): boolean {
  const token = call.access.require(ask("open", dir(base.path)));
  return asIoErrors(() => {
    const type = entryType(token, base.path, base.fd, name);
    return (type === "symlink" ? targetType(token, base.path, base.fd, name) : type) !== undefined;
  });
}

export const mkdirNamespace: Namespace = {
  ...mkdirFlags.namespace,
  operations: helper({
    name: "mkdir",
    flags: mkdirFlags,
    parameters: [text("path")],
    returns: "()",
    summary: "Makes a directory, unless it is there; `mkdir::parents` makes those above it too.",
    checks: [
      "fs:open Dir(<parent as given>, or the deepest that exists)",
      "fs:open Dir(<its real path>)",
      "fs:create Dir(<real path>/<each new component>)",
    ],
    errors: ["InvalidArguments", "IoError", "FileContentTooLargeError", "Other"],
    example: { args: '"/srv/app/reports"', flags: "mkdir::parents" },
    perform: (call, given, path) => {
      if (given.has("parents")) return makeWithParents(call, path);
      const { directory, name } = locate(path, "directory path");
      return withDir(call, directory, (parent) => makeBelow(call, parent, [name]));
    },
  }),
};
