import { isDeepStrictEqual } from "node:util";
import { readBundle } from "../../bundle/content/index.ts";
import { BundleError } from "../../bundle/errors.ts";
import {
  type Document,
  type Folder,
  readBundleFile,
  type Target,
  targetOf,
  targetsOf,
} from "../../bundle/repository/index.ts";
import { bundleChanges } from "./bundle-changes.ts";

type Targets = Document<"targets">;

/**
 * What becomes of each channel, policy by policy.
 * @throws {BundleError} repository_invalid when a bundle is missing, or says something else than is to be signed of it
 */
export function targetsChanges(
  folder: Folder,
  before: Targets | undefined,
  after: Targets,
): readonly string[] {
  const [old, now] = [targetsOf(before), targetsOf(after)];
  const removed = [...old.keys()].filter((path) => !now.has(path)).map((path) => `- ${channelOf(path)}`);
  const others = [...now].flatMap((target) => {
    const was = old.get(target[0]);
    return targetChanges(folder, was === undefined ? undefined : [target[0], was], target);
  });
  return [...removed, ...others];
}

function targetChanges(folder: Folder, before: Target | undefined, after: Target): readonly string[] {
  const [path, file] = after;
  const { bytes } = readBundleFile(folder, after);
  const { metadata } = readBundle(bytes);
  expectAsSaid(after, targetOf(bytes, metadata));
  const channel = channelOf(path);
  if (before !== undefined && isDeepStrictEqual(before[1], file)) {
    return [`  ${channel}: ${metadata.revision}, as before`];
  }
  const old = before && readBundleFile(folder, before).bytes;
  const from = old === undefined ? "new, " : `${readBundle(old).metadata.revision} -> `;
  const head = `${old === undefined ? "+" : "~"} ${channel}: ${from}${metadata.revision}, created at ${metadata.created}, SHA-256 ${file.hashes.sha256}`;
  return [head, ...bundleChanges(old, bytes).map((line) => `    ${line}`)];
}

/** What is signed of a bundle is what it says itself. */
function expectAsSaid([path, file]: Target, [own, said]: Target): void {
  if (path === own && isDeepStrictEqual(file, said)) return;
  throw new BundleError(
    "repository_invalid",
    `what is staged of ${path} is not what the bundle says of itself (${own}, ${JSON.stringify(said.custom)}); stage it again with remit repo add`,
  );
}

const channelOf = (path: string): string => path.replace(/\.tar\.gz$/, "");
