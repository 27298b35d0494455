import { filePath, readBundleFile } from "./bundle-files.ts";
import type { Document } from "./document.ts";
import { type Folder, PUBLIC } from "./folder.ts";
import { isMet, quorumOf } from "./quorum.ts";
import { releasedPath, type State } from "./state.ts";

/** All that devices go by at one time. */
export interface Release {
  readonly root: Document<"root">;
  readonly targets: Document<"targets">;
  readonly snapshot: Document<"snapshot">;
  readonly timestamp: Document<"timestamp">;
}

/** A file to be written, by its path in the folder. */
export type File = readonly [path: string, bytes: Uint8Array];

/** A document as it is released. */
export const fileOf = ({ signed, bytes }: Document): File => [
  releasedPath(signed._type, signed.version),
  bytes,
];

/**
 * The files of a release in the order in which they are written: devices that come in between, or after a crash, must find
 * nothing that they refuse. All but root and timestamp have names of their own, which nothing names before the
 * timestamp is there. A new root counts at once: it comes first where it takes what is released; last where what is new
 * is signed for the root before, too; else right before the timestamp, and devices wait for that one.
 */
export function inOrder(folder: Folder, { released, staged }: State, next: Release): readonly File[] {
  const bundles = [...next.targets.signed.targets].flatMap((target): File[] => {
    const { top, bytes } = readBundleFile(folder, target);
    return top === PUBLIC ? [] : [[filePath(PUBLIC, target), bytes]];
  });
  const others = [...bundles, fileOf(next.targets), fileOf(next.snapshot)];
  const timestamp = fileOf(next.timestamp);
  if (staged.root === undefined) return [...others, timestamp];
  const root = fileOf(staged.root);
  if (released.root === undefined || takes(staged.root, released)) return [root, ...others, timestamp];
  if (takes(released.root, next)) return [...others, timestamp, root];
  return [...others, root, timestamp];
}

/** Whether devices take what is released: not so when a release was cut short behind a new root. */
export const isWhole = ({ released }: State): boolean =>
  released.root !== undefined && takes(released.root, released);

/** Whether all of it is there, and signed by the keys of `root`. */
const takes = (root: Document<"root">, documents: Omit<State["released"], "root">): boolean =>
  (["targets", "snapshot", "timestamp"] as const).every((type) => {
    const document = documents[type];
    return document !== undefined && isMet(quorumOf(root, type, document));
  });
