import {
  customOf,
  type Document,
  type Folder,
  GROUP_NAMES,
  type Group,
  keysOf,
  type NamedKey,
  type RoleKeys,
  readBundleFile,
  type Signable,
  type State,
  targetsOf,
  timeText,
} from "../../bundle/repository/index.ts";
import { bundleChanges } from "./bundle-changes.ts";

type Lines = readonly string[];

/** What changes when `signable` is released, for whoever is to sign it. All of it comes from what is signed. */
export function changesText(folder: Folder, state: State, { document, type }: Signable): string {
  const { version, expires } = document.signed;
  const lines =
    type === "root"
      ? rootChanges(state.released.root, document as Document<"root">)
      : targetsChanges(folder, state.released.targets, document as Document<"targets">);
  return [
    `${type} ${version}, valid until ${timeText(expires)}`,
    ...lines.map((line) => `  ${line}`.trimEnd()),
    "",
  ].join("\n");
}

function rootChanges(before: Document<"root"> | undefined, after: Document<"root">): Lines {
  const [old, now] = [before && keysOf(before), keysOf(after)];
  return GROUP_NAMES.flatMap((group) => roleChanges(group, old?.[group], now[group]));
}

function roleChanges(group: Group, before: RoleKeys | undefined, after: RoleKeys): Lines {
  const summary = ({ threshold, keys }: RoleKeys): string =>
    `${threshold} of ${keys.map(({ name }) => name).join(", ")}`;
  const lacks = (keys: RoleKeys | undefined, { id }: NamedKey): boolean =>
    !(keys?.keys ?? []).some((key) => key.id === id);
  const key = (sign: string, { name, id, json }: NamedKey): string =>
    `  ${sign} ${name}  ${json.scheme} ${id}`;
  const added = after.keys.filter((one) => lacks(before, one)).map((one) => key("+", one));
  const removed = (before?.keys ?? []).filter((one) => lacks(after, one)).map((one) => key("-", one));
  const isSame = added.length + removed.length === 0 && before?.threshold === after.threshold;
  const was = before === undefined || isSame ? "" : `  (was ${summary(before)})`;
  return [`${group.padEnd(8)} ${summary(after)}${was}`, ...removed, ...added];
}

function targetsChanges(
  folder: Folder,
  before: Document<"targets"> | undefined,
  after: Document<"targets">,
): Lines {
  const [old, now] = [targetsOf(before), targetsOf(after)];
  const removed = [...old.keys()].filter((path) => !now.has(path)).map((path) => `- ${channelOf(path)}`);
  const others = [...now].flatMap(([path, file]) => {
    const was = old.get(path);
    const { revision = "without a revision", created = "an unknown time" } = customOf(file);
    if (was?.hashes.sha256 === file.hashes.sha256) return [`  ${channelOf(path)}: ${revision}, as before`];
    const from = was === undefined ? "new, " : `${customOf(was).revision ?? "?"} -> `;
    const bytes = readBundleFile(folder, [path, file]).bytes;
    const oldBytes = was === undefined ? undefined : readBundleFile(folder, [path, was]).bytes;
    const head = `${was === undefined ? "+" : "~"} ${channelOf(path)}: ${from}${revision}, created at ${created}, SHA-256 ${file.hashes.sha256}`;
    return [head, ...bundleChanges(oldBytes, bytes).map((line) => `    ${line}`.trimEnd())];
  });
  return [...removed, ...others];
}

const channelOf = (path: string): string => path.replace(/\.tar\.gz$/, "");
