import { LIMITS, LimitError } from "../../../platform/limits.ts";
import type { Authorized } from "../../../policy/types.ts";
import type { Call } from "../../operation.ts";
import type { Place } from "../effects/symlink.ts";
import { usingEntry } from "../effects/tree.ts";
import type { DirEntry } from "../entry/entry.ts";
import type { DirHandle } from "../handles.ts";
import { asIoErrors, fromPlatform } from "../os-errors.ts";
import { ask, dir, file } from "../resource.ts";
import { walk } from "./walk.ts";
import { orWarn } from "./warning.ts";

type Verb = "chmod" | "chown";
type Token<V extends Verb> = Authorized<`file_system.${V}`>;

/** A change of permissions or of owners. Its functions throw errors that scripts can see. */
export interface Change<V extends Verb> {
  readonly verb: V;
  /** Changes an open file or directory. */
  readonly toOpen: (token: Token<V>, path: string, fd: number) => void;
  /** Changes a link itself; links are left alone without it. */
  readonly toLink?: (token: Token<V>, place: Place) => void;
}

/** An entry that is to be changed, and all that is needed to do it. */
interface Planned<V extends Verb> {
  readonly name: string;
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  readonly opening: Authorized<"file_system.open">;
  /** None where the change of this very entry was denied. */
  readonly token: Token<V> | undefined;
  readonly children: Planned<V>[];
}

/** Changes an open directory. */
export function changeOne<V extends Verb>({ access }: Call, root: DirHandle, change: Change<V>): null {
  const resource = dir(root.path);
  change.toOpen(access.require(ask(change.verb, resource)), resource.id, root.fd);
  return null;
}

/**
 * Changes an open directory and all that is in it. Everything is asked for before the first change; what is denied or
 * fails is left as it was, with a warning. A directory comes after what is in it, which it might become closed to.
 */
export function changeAll<V extends Verb>(call: Call, root: DirHandle, change: Change<V>): null {
  const resource = dir(root.path);
  const what = `Failed to ${change.verb} root directory '${root.path}': `;
  const token = orWarn(call, what, () => call.access.require(ask(change.verb, resource)));
  applyAll(call, root.fd, plan(call, root, change), change);
  if (token) orWarn(call, what, () => change.toOpen(token, resource.id, root.fd));
  return null;
}

function plan<V extends Verb>(call: Call, root: DirHandle, change: Change<V>): readonly Planned<V>[] {
  const top: Planned<V>[] = [];
  const levels: Planned<V>[][] = [];
  let count = 0;
  for (const step of walk(call, root, {})) {
    if (step.kind === "enter") levels.push(levels.at(-1)?.at(-1)?.children ?? top);
    else if (step.kind === "leave") levels.pop();
    else {
      const planned = planEntry(call, step.entry, change);
      step.entry.release();
      if (!planned) continue;
      levels.at(-1)?.push(planned);
      count++;
      if (count > LIMITS.treeChanges) throw fromPlatform(new LimitError("treeChanges", LIMITS.treeChanges));
    }
  }
  return top;
}

const KINDS: { readonly [type: string]: Planned<Verb>["kind"] } = {
  file: "file",
  dir: "directory",
  symlink: "symlink",
};

function planEntry<V extends Verb>(
  call: Call,
  { name, path, type }: DirEntry,
  { verb, toLink }: Change<V>,
): Planned<V> | undefined {
  const kind = KINDS[type];
  if (kind === undefined || (kind === "symlink" && !toLink)) return undefined;
  const resource = (kind === "directory" ? dir : file)(path);
  return orWarn(call, failure(verb, kind, name), () => {
    const opening = call.access.require(ask("open", resource));
    const permit = () => call.access.require(ask(verb, resource));
    // What is in a directory can be changed even if the directory itself must not be.
    const token = kind === "directory" ? orWarn(call, failure(verb, kind, name), permit) : permit();
    return { name, path: resource.id, kind, opening, token, children: [] };
  });
}

function applyAll<V extends Verb>(
  call: Call,
  directory: number,
  planned: readonly Planned<V>[],
  change: Change<V>,
): void {
  for (const entry of planned) {
    orWarn(call, failure(change.verb, entry.kind, entry.name), () => apply(call, directory, entry, change));
  }
}

function apply<V extends Verb>(call: Call, directory: number, entry: Planned<V>, change: Change<V>): void {
  const { kind, token, name, path, opening } = entry;
  const place = { directory, name, path };
  if (kind === "symlink") {
    if (token) change.toLink?.(token, place);
    return;
  }
  asIoErrors(() =>
    usingEntry(opening, place, kind === "file" ? "file" : "dir", (fd) => {
      applyAll(call, fd, entry.children, change);
      if (token) change.toOpen(token, path, fd);
    }),
  );
}

const failure = (verb: Verb, kind: Planned<Verb>["kind"], name: string): string =>
  `Failed to ${verb} ${kind} '${name}': `;
