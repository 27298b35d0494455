import { BundleError } from "../errors.ts";
import { timeText } from "../tuf/schema.ts";
import { filePath, readBundleFile, targetsOf } from "./bundle-files.ts";
import type { Document } from "./document.ts";
import { type Folder, PUBLIC, STAGING } from "./folder.ts";
import { nextSnapshot, nextTimestamp, type Online } from "./online.ts";
import { isMet, type Quorum, quorumOf } from "./quorum.ts";
import { waitingIn } from "./sign.ts";
import { newestRoot, readState, releasedPath, type State, stagedPath } from "./state.ts";

/** All that devices go by at one time. */
export interface Release {
  readonly root: Document<"root">;
  readonly targets: Document<"targets">;
  readonly snapshot: Document<"snapshot">;
  readonly timestamp: Document<"timestamp">;
}

/**
 * Releases what is staged and signed. When it is cut short, devices go on with what they had, and it can be done again.
 * @throws {BundleError} nothing_staged, below_threshold, expired, clock, not_of_role, signer, repository_invalid
 */
export async function release(folder: Folder, online: Online): Promise<Release> {
  const state = readState(folder);
  const next = await prepare(folder, state, online);
  for (const [path, bytes] of inOrder(folder, state, next)) folder.write(path, bytes);
  clearStaging(folder, next);
  return next;
}

async function prepare(folder: Folder, state: State, online: Online): Promise<Release> {
  const waiting = waitingIn(state);
  if (waiting.length === 0 && isWhole(state)) {
    throw new BundleError("nothing_staged", "nothing is staged; remit repo refresh signs the timestamp anew");
  }
  for (const { type, document, quorums } of waiting) {
    for (const quorum of quorums) expectMet(`${type} ${document.signed.version}`, quorum);
  }
  const root = newestRoot(state);
  const targets = expectTargets(state, root);
  for (const document of [root, targets]) expectCurrent(document, online.now);
  for (const target of targets.signed.targets) readBundleFile(folder, target);
  const snapshot = await nextSnapshot(state, targets, online);
  return { root, targets, snapshot, timestamp: await nextTimestamp(state, snapshot, online) };
}

/** The targets that will be in force; where they are released already, the newest root must still take their signatures. */
function expectTargets({ released, staged }: State, root: Document<"root">): Document<"targets"> {
  const targets = staged.targets ?? released.targets;
  if (targets === undefined) {
    throw new BundleError("nothing_staged", "no bundle is staged; remit repo add stages the first one");
  }
  expectMet(`targets ${targets.signed.version}`, quorumOf(root, "targets", targets));
  return targets;
}

/** @throws {BundleError} below_threshold */
function expectMet(what: string, quorum: Quorum): void {
  if (isMet(quorum)) return;
  const { threshold, signed, members, root, role } = quorum;
  const left = members.filter((member) => !signed.includes(member)).map(({ name }) => name);
  const names = signed.length === 0 ? "nobody" : signed.map(({ name }) => name).join(", ");
  throw new BundleError(
    "below_threshold",
    `${what} has ${signed.length} of the ${threshold} signatures that root ${root} asks for (role ${role}): ${names} signed; remit repo sign takes ${threshold - signed.length} more of ${left.join(", ")}`,
  );
}

/** @throws {BundleError} expired */
export function expectCurrent({ signed: { _type, version, expires } }: Document, now: Date): void {
  if (expires > now) return;
  throw new BundleError(
    "expired",
    `${_type} ${version} expired at ${timeText(expires)}; remit repo renew --role ${_type} stages the next version`,
  );
}

type File = readonly [path: string, bytes: Uint8Array];

/**
 * The files of a release in the order in which they are written: devices that come in between, or after a crash, must find
 * nothing that they refuse. All but root and timestamp have names of their own, which nothing names before the
 * timestamp is there. A new root counts at once: it comes first where it takes what is released; last where what is new
 * is signed for the root before, too; else right before the timestamp, and devices wait for that one.
 */
function inOrder(folder: Folder, { released, staged }: State, next: Release): readonly File[] {
  const { root: before, targets, snapshot, timestamp } = released;
  const file = (document: Document): File => [
    releasedPath(document.signed._type, document.signed.version),
    document.bytes,
  ];
  const bundles = [...next.targets.signed.targets].flatMap((target): File[] => {
    const { top, bytes } = readBundleFile(folder, target);
    return top === PUBLIC ? [] : [[filePath(PUBLIC, target), bytes]];
  });
  const others = [...bundles, file(next.targets), file(next.snapshot)];
  if (staged.root === undefined) return [...others, file(next.timestamp)];
  const root = file(staged.root);
  const isFirst =
    before === undefined ||
    !(targets && snapshot && timestamp) ||
    takes(staged.root, { targets, snapshot, timestamp });
  if (isFirst) return [root, ...others, file(next.timestamp)];
  if (takes(before, next)) return [...others, file(next.timestamp), root];
  return [...others, root, file(next.timestamp)];
}

/** Whether devices take what is released: not so when a release was cut short behind a new root. */
const isWhole = ({ released: { root, targets, snapshot, timestamp } }: State): boolean =>
  root !== undefined &&
  targets !== undefined &&
  snapshot !== undefined &&
  timestamp !== undefined &&
  takes(root, { targets, snapshot, timestamp });

/** Whether the keys of `root` have signed all of it. */
const takes = (root: Document<"root">, { targets, snapshot, timestamp }: Omit<Release, "root">): boolean =>
  [
    quorumOf(root, "targets", targets),
    quorumOf(root, "snapshot", snapshot),
    quorumOf(root, "timestamp", timestamp),
  ].every(isMet);

function clearStaging(folder: Folder, { targets }: Release): void {
  for (const type of ["root", "targets"] as const) folder.remove(stagedPath(type));
  for (const target of targetsOf(targets)) folder.remove(filePath(STAGING, target));
}
