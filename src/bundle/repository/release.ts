import { BundleError } from "../errors.ts";
import { MAX_BYTES } from "../tuf/metadata.ts";
import { timeText } from "../tuf/schema.ts";
import { filePath, readBundleFile, targetsOf } from "./bundle-files.ts";
import type { Document } from "./document.ts";
import { type Folder, PUBLIC, STAGING } from "./folder.ts";
import { FolderTransport } from "./folder-transport.ts";
import { nextSnapshot, nextTimestamp, type Online } from "./online.ts";
import { type File, inOrder, isWhole, type Release } from "./order.ts";
import { isMet, type Quorum, quorumOf } from "./quorum.ts";
import { waitingIn } from "./sign.ts";
import { newestRoot, readState, type State, stagedPath } from "./state.ts";
import { verify } from "./verify.ts";

/**
 * Releases what is staged and signed. When it is cut short, devices go on with what they had, and it can be done again.
 * @throws {BundleError} nothing_staged, below_threshold, expired, clock, not_of_role, signer, repository_invalid
 */
export async function release(folder: Folder, online: Online): Promise<Release> {
  const state = readState(folder);
  if (waitingIn(state).length === 0 && isWhole(state)) {
    // Of a release that was cut short at its very end.
    clearStaging(folder, state.released.targets);
    throw new BundleError("nothing_staged", "nothing is staged; remit repo refresh signs the timestamp anew");
  }
  const next = await prepare(folder, state, online);
  const files = inOrder(folder, state, next);
  await expectTaken(folder, files, online.now);
  for (const [path, bytes] of files) folder.write(path, bytes);
  clearStaging(folder, next.targets);
  return next;
}

/** Nothing is written that a device would refuse. */
export async function expectTaken(folder: Folder, files: readonly File[], now: Date): Promise<void> {
  const transport = new FolderTransport(folder, PUBLIC, new Map(files));
  const first = await transport.get("metadata/1.root.json", { maxBytes: MAX_BYTES.root });
  if (first.status !== 200) {
    const why = "metadata/1.root.json is missing, from which devices begin; bring it back";
    throw new BundleError("repository_invalid", why);
  }
  await verify(transport, { root: first.body, now });
}

async function prepare(folder: Folder, state: State, online: Online): Promise<Release> {
  for (const { type, document, quorums } of waitingIn(state)) {
    for (const quorum of quorums) expectMet(`${type} ${document.signed.version}`, quorum);
  }
  const root = newestRoot(state);
  const targets = expectTargets(state, root);
  for (const document of [root, targets]) expectCurrent(document, online.now);
  for (const target of targets.signed.targets) readBundleFile(folder, target);
  const snapshot = await nextSnapshot(state, targets, online);
  return { root, targets, snapshot, timestamp: await nextTimestamp(state, snapshot, online) };
}

/** The targets that will be in force; the newest root must take also the signatures of those that are released already. */
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

function clearStaging(folder: Folder, targets: Document<"targets"> | undefined): void {
  for (const type of ["root", "targets"] as const) folder.remove(stagedPath(type));
  for (const target of targetsOf(targets)) folder.remove(filePath(STAGING, target));
}
