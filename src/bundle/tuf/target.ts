import { BundleError } from "../errors.ts";
import { expectContent } from "./checks.ts";
import type { Metadata } from "./metadata.ts";
import type { Profile } from "./profile.ts";
import type { TargetFile } from "./schema.ts";

/** What was signed of a target. */
export interface Target {
  /** Its name in the metadata: `fleet-a/prod.tar.gz`. */
  readonly path: string;
  /** Bytes. */
  readonly length: number;
  readonly hashes: TargetFile["hashes"];
  /** Whatever its signers say of it (TUF 4.5, CUSTOM). */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** What `metadata` says of the target `path`, if it does. */
export function targetIn(path: string, { signed }: Metadata<"targets">): Target | undefined {
  const file = signed.targets.get(path);
  return file && { path, length: file.length, hashes: file.hashes, custom: file.custom ?? {} };
}

/** Where a target is in a repository: its name begins with its hash (TUF 6.2). @throws {BundleError} */
export function targetLocation({ path, hashes }: Target, profile: Profile): string {
  const segments = path.split("/");
  if (segments.some((segment) => ["", ".", ".."].includes(segment))) {
    throw new BundleError("mismatch", `target ${path} has a path that leads elsewhere`);
  }
  const name = `${hashOf(path, hashes, profile)}.${segments.pop()}`;
  return ["targets", ...segments, name].map(encodeURIComponent).join("/");
}

/** Refuses content that is not that of the target (TUF 5.7.3). @throws {BundleError} */
export function expectTarget(target: Target, bytes: Uint8Array, profile: Profile): void {
  hashOf(target.path, target.hashes, profile);
  expectContent(target.path, bytes, target);
}

function hashOf(path: string, hashes: Target["hashes"], profile: Profile): string {
  const [algorithm] = profile.hashes.filter((name) => hashes[name] !== undefined);
  const hash = algorithm && hashes[algorithm];
  if (hash !== undefined) return hash;
  throw new BundleError("mismatch", `target ${path} has no hash of ${profile.hashes.join(" or ")}`);
}
