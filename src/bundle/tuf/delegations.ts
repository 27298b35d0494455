import { createHash } from "node:crypto";
import type { PublicKey } from "./keys.ts";
import type { Metadata } from "./metadata.ts";
import { matchesPath } from "./path-pattern.ts";
import type { DelegatedRole, RoleJson, SuccinctRoles } from "./schema.ts";

/** How a document delegates to a role: what it asks for of it, and the keys that it knows. */
export interface Delegation {
  readonly name: string;
  readonly role: RoleJson;
  readonly keys: ReadonlyMap<string, PublicKey>;
  /** Nobody else is asked after this role and those that it delegates to. */
  readonly terminating: boolean;
}

/** How `document` delegates `path`, the most trusted role first; none follows a terminating one (TUF 5.6.7.2). */
export function delegationsFor(path: string, { signed, keys }: Metadata<"targets">): readonly Delegation[] {
  const { roles = [], succinct_roles: bins } = signed.delegations ?? {};
  if (bins !== undefined) return [{ name: binOf(path, bins), role: bins, keys, terminating: true }];
  const fitting = roles
    .filter((role) => isDelegated(path, role))
    .map((role) => ({ name: role.name, role, keys, terminating: role.terminating }));
  const end = fitting.findIndex(({ terminating }) => terminating);
  return end < 0 ? fitting : fitting.slice(0, end + 1);
}

const isDelegated = (path: string, { paths, path_hash_prefixes: prefixes = [] }: DelegatedRole): boolean =>
  paths === undefined
    ? prefixes.some((prefix) => hashOf(path).toString("hex").startsWith(prefix))
    : paths.some((pattern) => matchesPath(pattern, path));

/** The one bin that has a path (TAP 15): numbered by the leading bits of the path's hash, in hex. */
function binOf(path: string, { bit_length: bits, name_prefix: prefix }: SuccinctRoles): string {
  const bin = hashOf(path).readUInt32BE() >>> (32 - bits);
  const digits = Math.ceil(bits / 4);
  return `${prefix}-${bin.toString(16).padStart(digits, "0")}`;
}

const hashOf = (path: string): Buffer => createHash("sha256").update(path).digest();
