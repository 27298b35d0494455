import {
  type Document,
  keysOf,
  type NamedKey,
  ROLES,
  type Role,
  type RoleKeys,
} from "../../bundle/repository/index.ts";

type Root = Document<"root">;

/** The keys of each role, and those that come and go. @throws {BundleError} keys_invalid */
export const rootChanges = (before: Root | undefined, after: Root): readonly string[] =>
  ROLES.flatMap((role) => roleChanges(role, before && keysOf(before, role), keysOf(after, role)));

function roleChanges(role: Role, before: RoleKeys | undefined, after: RoleKeys): readonly string[] {
  const old = before?.keys ?? [];
  const added = after.keys.filter((key) => !isIn(key, old)).map((key) => keyText("+", key));
  const removed = old.filter((key) => !isIn(key, after.keys)).map((key) => keyText("-", key));
  const isSame = added.length + removed.length === 0 && before?.threshold === after.threshold;
  const was = before === undefined || isSame ? "" : `  (was ${summary(before)})`;
  return [`${role.padEnd(9)} ${summary(after)}${was}`, ...removed, ...added];
}

const isIn = ({ id }: NamedKey, keys: readonly NamedKey[]): boolean => keys.some((key) => key.id === id);

const summary = ({ threshold, keys }: RoleKeys): string =>
  `${threshold} of ${keys.map(({ name }) => name).join(", ")}`;

const keyText = (sign: string, { name, id, json }: NamedKey): string =>
  `  ${sign} ${name}  ${json.scheme} ${id}`;
