import { BundleError } from "../errors.ts";
import type { Document } from "./document.ts";
import type { Folder } from "./folder.ts";
import { nextSnapshot, nextTimestamp, type Online } from "./online.ts";
import { fileOf } from "./order.ts";
import { isMet, quorumOf } from "./quorum.ts";
import { expectCurrent, expectTaken } from "./release.ts";
import { periodMs } from "./settings.ts";
import { readState } from "./state.ts";

export interface Refreshed {
  readonly timestamp: Document<"timestamp">;
  /** Where half of its time was over, or the root has another online key. */
  readonly snapshot?: Document<"snapshot">;
}

/**
 * Signs the timestamp anew, and the snapshot when half of its time is over. What is staged stays staged.
 * @throws {BundleError} expired, clock, not_of_role, below_threshold, signer, repository_invalid
 */
export async function refresh(folder: Folder, online: Online): Promise<Refreshed> {
  const state = readState(folder);
  const { root, targets, snapshot: before } = state.released;
  if (root === undefined || targets === undefined || before === undefined) {
    throw new BundleError("repository_invalid", "nothing is released yet; remit repo release does so");
  }
  for (const document of [root, targets]) expectCurrent(document, online.now);
  const asReleased = { ...state, staged: { root: undefined, targets: undefined } };
  const half = (periodMs(state.settings.expires.snapshot) ?? 0) / 2;
  const isYoung =
    before.signed.expires.getTime() - online.now.getTime() > half &&
    isMet(quorumOf(root, "snapshot", before));
  const snapshot = isYoung ? before : await nextSnapshot(asReleased, targets, online);
  const timestamp = await nextTimestamp(asReleased, snapshot, online);
  const files = (isYoung ? [timestamp] : [snapshot, timestamp]).map(fileOf);
  await expectTaken(folder, files, online.now);
  for (const [path, bytes] of files) folder.write(path, bytes);
  return { timestamp, ...(isYoung ? {} : { snapshot }) };
}
