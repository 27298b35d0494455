import { createHash } from "node:crypto";
import { LIMITS } from "../../platform/limits.ts";
import { BundleError } from "../errors.ts";
import type { TargetFile } from "../tuf/schema.ts";
import type { Document } from "./document.ts";
import { type Folder, PUBLIC, STAGING } from "./folder.ts";

/** Bundles that the targets name, by the path of the target: `fleet-a/prod.tar.gz`. */
export type Target = readonly [path: string, file: TargetFile];

export const targetsOf = (document: Document<"targets"> | undefined): ReadonlyMap<string, TargetFile> =>
  document?.signed.targets ?? new Map();

const TOPS = [PUBLIC, STAGING] as const;
type Top = (typeof TOPS)[number];

/** Where the file of a target is, below `public` or `staging` (TUF 6.2.3): `targets/fleet-a/<sha256>.prod.tar.gz`. */
export function filePath(top: Top, [path, { hashes }]: Target): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${top}/targets/${path.slice(0, slash)}${hashes.sha256}.${path.slice(slash)}`;
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A bundle that a target names, and where it is. */
export interface BundleFile {
  readonly top: Top;
  readonly bytes: Uint8Array;
}

/** @throws {BundleError} repository_invalid if it is nowhere, or another one */
export function readBundleFile(folder: Folder, target: Target): BundleFile {
  const found = TOPS.flatMap((top) => {
    const bytes = folder.read(filePath(top, target), LIMITS.bundleBytes);
    return bytes === undefined ? [] : [{ top, bytes }];
  });
  const [path, { length, hashes }] = target;
  const right = found.find(({ bytes }) => bytes.length === length && sha256(bytes) === hashes.sha256);
  if (right !== undefined) return right;
  const what = found.length === 0 ? "is missing" : "is not the one that is named";
  throw new BundleError(
    "repository_invalid",
    `the bundle of ${path} ${what}; bring back ${folder.path}/${filePath(STAGING, target)}, or stage it again with remit repo add`,
  );
}
