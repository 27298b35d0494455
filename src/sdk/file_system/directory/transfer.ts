import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Authorized } from "../../../policy/types.ts";
import type { Call } from "../../operation.ts";
import type { Place } from "../effects/symlink.ts";
import { copyDirectory, copyFile, copyLink, keepDirectory, staging } from "../effects/transfer.ts";
import type { DirEntry } from "../entry/entry.ts";
import { entryTypeOf } from "../entry/type.ts";
import type { DirHandle } from "../handles.ts";
import { fromPlatform, ioError } from "../os-errors.ts";
import { ask, dir, file, join } from "../resource.ts";
import { walk } from "./walk.ts";

type Create = Authorized<"file_system.create">;
type Read = Authorized<"file_system.read">;

interface Common {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly read: Read;
  readonly create: Create;
}

/** An entry that is to be made anew, and the permissions for it. */
type Planned = Common &
  (
    | { readonly kind: "file"; readonly write: Authorized<"file_system.write"> }
    | { readonly kind: "link" }
    | { readonly kind: "directory"; readonly children: Planned[] }
  );

/**
 * Makes the tree of an open directory anew in another, of another file system, under a name of its own that `settle`
 * turns into the one at `to`. Asks to read all of it and to create all of it there before anything is made; what is
 * denied ends it. Owners are not kept.
 */
export function copyTree(
  call: Call,
  source: DirHandle,
  to: Place & { readonly token: Create },
  settle: (name: string) => void,
): void {
  const planned = plan(call, source, to.path);
  staging(to.token, to, (staged, name) => {
    copyAll(planned, source.fd, staged);
    keepDirectory(to.token, to.path, source.fd, staged);
    settle(name);
  });
}

function plan(call: Call, source: DirHandle, to: string): readonly Planned[] {
  const top: Planned[] = [];
  const levels: { readonly path: string; readonly children: Planned[] }[] = [];
  let inside = { path: to, children: top };
  let count = 0;
  for (const step of walk(call, source, { strict: true })) {
    if (step.kind === "enter") levels.push(inside);
    else if (step.kind === "leave") levels.pop();
    else {
      try {
        const level = levels.at(-1) ?? inside;
        const planned = planEntry(call, step.entry, join(level.path, step.entry.name));
        level.children.push(planned);
        if (planned.kind === "directory") inside = { path: planned.to, children: planned.children };
      } finally {
        step.entry.release();
      }
      count++;
      if (count > LIMITS.treeChanges) throw fromPlatform(new LimitError("treeChanges", LIMITS.treeChanges));
    }
  }
  return top;
}

function planEntry({ access }: Call, { name, path, type }: DirEntry, to: string): Planned {
  if (type === "dir") {
    const read = access.require(ask("read", dir(path)));
    const create = access.require(ask("create", dir(to)));
    return { kind: "directory", name, from: path, to, read, create, children: [] };
  }
  if (type !== "file" && type !== "symlink") {
    const reason = `${entryTypeOf(type).name} directory entry is not supported`;
    throw ioError("UnsupportedOperationError", `Unsupported Operation error: ${reason}`);
  }
  access.require(ask("open", file(path)));
  const read = access.require(ask("read", file(path)));
  const create = access.require(ask("create", file(to)));
  if (type === "symlink") return { kind: "link", name, from: path, to, read, create };
  return { kind: "file", name, from: path, to, read, create, write: access.require(ask("write", file(to))) };
}

function copyAll(planned: readonly Planned[], source: number, copy: number): void {
  for (const entry of planned) {
    const from = { directory: source, name: entry.name, path: entry.from };
    const to = { directory: copy, name: entry.name, path: entry.to };
    if (entry.kind === "file") copyFile(entry, from, to);
    else if (entry.kind === "link") copyLink(entry, from, to);
    else copyDirectory(entry, from, to, (inner, made) => copyAll(entry.children, inner, made));
  }
}
