import { isDeepStrictEqual } from "node:util";
import type { Document, Folder, Signable, StagedType, State } from "../../bundle/repository/index.ts";
import { isMet, quorumOf, timeText } from "../../bundle/repository/index.ts";
import { rootChanges } from "./root-changes.ts";
import { targetsChanges } from "./targets-changes.ts";

/** Members that are shown in their own way; version and end stand in the title. */
const SHOWN: readonly string[] = ["_type", "version", "expires", "keys", "roles", "targets"];
/** What every document has that is written here. */
const USUAL = { spec_version: "1.0.34", consistent_snapshot: true };

/**
 * What changes when `signable` is released, for whoever is to sign it: nothing that is signed is left out. What is
 * released counts as known only if it is signed itself: who can exchange files must not make a change look like none.
 * @throws {BundleError} when a bundle is not the one that would be signed
 */
export function changesText(folder: Folder, { released }: State, { type, document }: Signable): string {
  const [root, targets] = [
    known(released.root, "root", released.root),
    known(released.root, "targets", released.targets),
  ];
  const before = type === "root" ? root : targets;
  const { version, expires } = document.signed;
  const lines = [
    ...(type === "root" ? rootChanges(root, document as Document<"root">) : []),
    ...(type === "targets" ? targetsChanges(folder, targets, document as Document<"targets">) : []),
    ...otherChanges(before, document),
  ];
  const warning =
    released[type] === before
      ? []
      : [`${type} ${version - 1} is not signed as it must be; all is shown as new`];
  const title = `${type} ${version}, valid until ${timeText(expires)}`;
  return `${[title, ...[...warning, ...lines].map((line) => `  ${line}`.trimEnd())].join("\n")}\n`;
}

/** `document` if the keys of its role in the released root have signed it. */
const known = <T extends StagedType>(
  root: Document<"root"> | undefined,
  role: T,
  document: Document<T> | undefined,
): Document<T> | undefined =>
  root !== undefined && document !== undefined && isMet(quorumOf(root, role, document))
    ? document
    : undefined;

function otherChanges(before: Document | undefined, after: Document): readonly string[] {
  const old: Readonly<Record<string, unknown>> = before?.json ?? USUAL;
  const names = [...new Set([...Object.keys(old), ...Object.keys(after.json)])];
  return names
    .filter((name) => !SHOWN.includes(name) && !isDeepStrictEqual(old[name], after.json[name]))
    .filter((name) => before !== undefined || name in after.json)
    .map((name) => `${name}: ${JSON.stringify(after.json[name]) ?? "removed"}`);
}
