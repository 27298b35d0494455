import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { fitsHeader } from "../../tar/write.ts";
import { BundleError } from "../errors.ts";
import type { TargetFile } from "../tuf/schema.ts";
import { filePath, sha256, type Target, targetsOf } from "./bundle-files.ts";
import { draft } from "./document.ts";
import { type Folder, STAGING } from "./folder.ts";
import { expiry, type Settings } from "./settings.ts";
import { readState, stagedPath } from "./state.ts";

/** What a bundle says of itself, and what the targets repeat of it. */
export interface BundleFacts {
  readonly fleet: string;
  readonly channel: string;
  readonly revision: string;
  readonly cedar_version: string;
  readonly min_agent: string;
  /** RFC 3339, UTC. */
  readonly created: string;
}

export interface Added {
  /** Path of the target: `fleet-a/prod.tar.gz`. */
  readonly path: string;
  readonly sha256: string;
  /** Of these very bytes, once more, nothing is staged. */
  readonly outcome: "staged" | "already staged" | "already released";
  readonly warnings: readonly string[];
}

const SHA256_DIGITS = 64;

/** What the targets say of a bundle beside its hash. What others have put there may be anything. */
const Custom = z.object({ revision: z.string(), created: z.string() }).partial();

/** The revision and time of the bundle that a target names. */
export const customOf = ({ custom }: TargetFile): z.infer<typeof Custom> =>
  Custom.safeParse(custom).data ?? {};

/**
 * Stages a bundle as the next one of its channel. What is staged of the targets already is changed further, and its
 * signatures are void.
 * @param channel `fleet-a/prod`
 * @throws {BundleError} wrong_channel; revision_used
 */
export function add(
  folder: Folder,
  bytes: Uint8Array,
  bundle: BundleFacts,
  channel: string,
  now: Date,
): Added {
  const state = readState(folder);
  expectChannel(bundle, channel, state.settings);
  const [path, entry] = targetOf(bytes, bundle);
  const hash = entry.hashes.sha256;
  const released = targetsOf(state.released.targets).get(path);
  const base = state.staged.targets ?? state.released.targets;
  const before = targetsOf(base).get(path);
  const added = { path, sha256: hash };
  if (isDeepStrictEqual(before, entry)) {
    const isReleased = isDeepStrictEqual(released, entry);
    return { ...added, outcome: isReleased ? "already released" : "already staged", warnings: [] };
  }
  if (
    released !== undefined &&
    released.hashes.sha256 !== hash &&
    customOf(released).revision === bundle.revision
  ) {
    throw new BundleError(
      "revision_used",
      `revision ${bundle.revision} of ${channel} is released with other content; build the bundle with a revision of its own`,
    );
  }
  const content = {
    ...base?.json,
    targets: { ...(base?.json["targets"] as object | undefined), [path]: entry },
  };
  const version = (state.released.targets?.signed.version ?? 0) + 1;
  const targets = draft("targets", { version, expires: expiry(state.settings, "targets", now) }, content);
  folder.write(filePath(STAGING, [path, entry]), bytes);
  folder.write(stagedPath("targets"), targets.bytes);
  if (before !== undefined && before !== released) removeStaged(folder, [path, before]);
  return { ...added, outcome: "staged", warnings: olderWarning(released, bundle.created) };
}

/** What the targets say of a bundle. */
export function targetOf(bytes: Uint8Array, bundle: BundleFacts) {
  const { fleet, channel, revision, cedar_version, min_agent, created } = bundle;
  const custom = { revision, cedar_version, min_agent, created };
  const file = { length: bytes.length, hashes: { sha256: sha256(bytes) }, custom };
  return [`${fleet}/${channel}.tar.gz`, file] as const;
}

/** Only a bundle that says so itself is of a channel: a signed one of another fleet must not become one of this. */
function expectChannel(bundle: BundleFacts, channel: string, { fleet }: Settings): void {
  const own = `${bundle.fleet}/${bundle.channel}`;
  if (own !== channel) {
    throw new BundleError(
      "wrong_channel",
      `the bundle is one of ${own}, not of ${channel}; build it for ${channel}, or add it to ${own}`,
    );
  }
  if (!fitsHeader(`targets/${bundle.fleet}/${"0".repeat(SHA256_DIGITS)}.${bundle.channel}.tar.gz`)) {
    throw new BundleError(
      "wrong_channel",
      `the name of the channel ${channel} is too long for a pack: 28 characters at most`,
    );
  }
  if (fleet === undefined || bundle.fleet === fleet) return;
  throw new BundleError(
    "wrong_channel",
    `the repository is for the fleet ${fleet}, and the bundle for ${bundle.fleet}`,
  );
}

function olderWarning(released: TargetFile | undefined, created: string): readonly string[] {
  const before = released === undefined ? undefined : customOf(released).created;
  if (before === undefined || Date.parse(created) >= Date.parse(before)) return [];
  return [
    `this bundle was created at ${created}, before the one that is released (${before}): is it a downgrade?`,
  ];
}

const removeStaged = (folder: Folder, target: Target): void => folder.remove(filePath(STAGING, target));
