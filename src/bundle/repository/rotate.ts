import { BundleError } from "../errors.ts";
import { type Document, draft } from "./document.ts";
import type { Folder } from "./folder.ts";
import type { NamedKey } from "./named-key.ts";
import { isMet, quorumOf } from "./quorum.ts";
import { type AllKeys, allKeysOf, type Group, rootContent } from "./root-keys.ts";
import { expiry } from "./settings.ts";
import { newestRoot, readState, type StagedType, type State, stagedPath } from "./state.ts";

/** A change of the keys of a role. */
export interface KeyChange {
  readonly group: Group;
  /** Names or key ids of keys that no longer count. */
  readonly remove: readonly string[];
  readonly add: readonly NamedKey[];
  /** As before unless given. */
  readonly threshold?: number;
}

export interface Staged {
  readonly root: Document<"root">;
  /** A next version of the targets, where those that are released lose signatures that they need. */
  readonly targets?: Document<"targets">;
}

/**
 * Stages a root with other keys. A root that is staged already is changed further, and its signatures are void.
 * @throws {BundleError} keys_invalid
 */
export function rotate(folder: Folder, change: KeyChange, now: Date): Staged {
  const state = readState(folder);
  const before = newestRoot(state);
  const root = next(state, "root", before, rootContent(changed(allKeysOf(before), change)), now);
  const { targets } = state.released;
  const isSigned = targets === undefined || isMet(quorumOf(root, "targets", targets));
  const again = isSigned || state.staged.targets ? undefined : next(state, "targets", targets, {}, now);
  if (again !== undefined) folder.write(stagedPath("targets"), again.bytes);
  folder.write(stagedPath("root"), root.bytes);
  return { root, ...(again === undefined ? {} : { targets: again }) };
}

/**
 * Stages what is released once more, under the next version and with a later end.
 * @throws {BundleError} nothing_to_renew when something is staged already, or nothing released
 */
export function renew(folder: Folder, type: StagedType, now: Date): Document {
  const state = readState(folder);
  const before = state.released[type];
  if (before === undefined || state.staged[type] !== undefined) {
    const why = before === undefined ? "has not been released yet" : "has a next version staged already";
    throw new BundleError("nothing_to_renew", `${type} ${why}; remit repo status shows what it waits for`);
  }
  const document = next<StagedType>(state, type, before, {}, now);
  folder.write(stagedPath(type), document.bytes);
  return document;
}

/** The next version of what is released, with `changes` of its content. */
function next<T extends StagedType>(
  { settings, released }: State,
  type: T,
  before: Document<T>,
  changes: Readonly<Record<string, unknown>>,
  now: Date,
): Document<T> {
  const version = (released[type]?.signed.version ?? 0) + 1;
  return draft(type, { version, expires: expiry(settings, type, now) }, { ...before.json, ...changes });
}

function changed(all: AllKeys, { group, remove, add, threshold = all[group].threshold }: KeyChange): AllKeys {
  const { keys } = all[group];
  for (const given of remove) {
    if (keys.some((key) => isCalled(key, given))) continue;
    const known = keys.map(({ name }) => name).join(", ");
    throw new BundleError("keys_invalid", `${group} has no key ${given}; it has ${known}`);
  }
  const kept = keys.filter((key) => !remove.some((given) => isCalled(key, given)));
  return { ...all, [group]: { keys: [...kept, ...add], threshold } };
}

const isCalled = ({ id, name }: NamedKey, given: string): boolean => given === id || given === name;
