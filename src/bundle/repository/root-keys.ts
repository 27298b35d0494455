import { BundleError } from "../errors.ts";
import type { KeyJson } from "../tuf/schema.ts";
import type { Document } from "./document.ts";
import { type NamedKey, nameOf } from "./named-key.ts";
import { ROLES, type Role } from "./settings.ts";

/** The keys of a role, and how many of them have to sign. */
export interface RoleKeys {
  readonly keys: readonly NamedKey[];
  readonly threshold: number;
}

/** Roles that share their keys, by the names of the command line: one machine signs snapshot and timestamp. */
export const GROUPS = { root: ["root"], targets: ["targets"], online: ["snapshot", "timestamp"] } as const;
export type Group = keyof typeof GROUPS;
export const GROUP_NAMES = ["root", "targets", "online"] as const satisfies readonly Group[];

export type AllKeys = { readonly [group in Group]: RoleKeys };

/**
 * The keys that a role has in a root.
 * @throws {BundleError} keys_invalid when one of them is of a kind that is not known here
 */
export function keysOf({ signed, keys }: Document<"root">, role: Role): RoleKeys {
  const { threshold, keyids } = signed.roles[role];
  return {
    threshold,
    keys: keyids.map((id) => {
      const [json, key] = [signed.keys[id], keys.get(id)];
      if (json !== undefined && key !== undefined) return { id, name: nameOf(id, json), json, key };
      throw invalid(`root ${signed.version} has a key of ${role} that is not known here: ${id}`);
    }),
  };
}

/** All keys of a root, those of the machine by what they are for the timestamp. @throws {BundleError} keys_invalid */
export const allKeysOf = (root: Document<"root">): AllKeys => ({
  root: keysOf(root, "root"),
  targets: keysOf(root, "targets"),
  online: keysOf(root, "timestamp"),
});

/** What a root says of its keys. @throws {BundleError} keys_invalid when they cannot protect what they are for */
export function rootContent(all: AllKeys): Readonly<Record<string, unknown>> {
  for (const group of GROUP_NAMES) expectUsable(group, all[group]);
  expectApart(all);
  const groupOf = (role: Role): Group => GROUP_NAMES.find((group) => isIn(role, group)) ?? "online";
  return {
    consistent_snapshot: true,
    keys: Object.fromEntries(everyKey(all).map(({ id, json }): [string, KeyJson] => [id, json])),
    roles: Object.fromEntries(
      ROLES.map((role) => {
        const { keys, threshold } = all[groupOf(role)];
        return [role, { keyids: keys.map(({ id }) => id), threshold }];
      }),
    ),
  };
}

const isIn = (role: Role, group: Group): boolean => (GROUPS[group] as readonly Role[]).includes(role);

const everyKey = (all: AllKeys): readonly NamedKey[] => GROUP_NAMES.flatMap((group) => all[group].keys);

function expectUsable(group: Group, { keys, threshold }: RoleKeys): void {
  const twice = keys.find(({ key }, index) => keys.findIndex((other) => isSame(other.key, key)) < index);
  if (twice !== undefined)
    throw invalid(`the key of ${twice.name} is in ${group} twice; it would count once only`);
  if (keys.length === 0) throw invalid(`${group} needs a key`);
  if (threshold >= 1 && threshold <= keys.length) return;
  throw invalid(`a threshold of ${group} is 1 to ${keys.length}, as many as it has keys, not ${threshold}`);
}

function expectApart(all: AllKeys): void {
  for (const group of ["root", "targets"] as const) {
    const shared = all.online.keys.find(({ key }) => all[group].keys.some((other) => isSame(other.key, key)));
    if (shared !== undefined) {
      throw invalid(
        `${shared.name} is the online key and in ${group}; what lies on a server must not sign for ${group}`,
      );
    }
  }
  const names = new Map<string, NamedKey>();
  for (const key of everyKey(all)) {
    const other = names.get(key.name);
    if (other !== undefined && !isSame(other.key, key.key))
      throw invalid(`two keys are called ${key.name}; name one otherwise`);
    names.set(key.name, key);
  }
}

const isSame = (a: NamedKey["key"], b: NamedKey["key"]): boolean => a.fingerprint === b.fingerprint;

const invalid = (message: string): BundleError => new BundleError("keys_invalid", message);
