import { createHash } from "node:crypto";
import { z } from "zod";
import { readArchive } from "../bundle/archive/index.ts";
import { type BundleContent, readBundle, readContent } from "../bundle/content/content.ts";
import { BUNDLE_BOUNDS } from "../bundle/content/layout.ts";
import { BundleError } from "../bundle/errors.ts";
import { readKept } from "../bundle/store/kept.ts";
import { close, closing, type Fd, openAt, readAll, replaceContent, unlinkAt } from "../platform/file.ts";
import { LIMITS, LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";

/** Names in the state directory: of the policy in force, and of one that is to be tried. */
/** Name of the file that is in force unless a bundle is. */
export const ACTIVE = "policy.cedar";
export const CANDIDATE = "candidate.cedar";
/** Names the bundle that is in force, where one is: its policies are the active ones then. */
const POINTER = "policy.bundle";
const POINTER_BYTES = 1024;
const MODE = 0o600;
const REVISION_CHARACTERS = 16;

/** A policy, and what tells it from others. */
export interface PolicySource {
  /** Of a bundle, all its policies. */
  readonly text: string;
  /** What a bundle calls itself; of a policy file the beginning of its SHA-256, in hex. */
  readonly revision: string;
  /** Of the policy file or the bundle, in hex. */
  readonly sha256: string;
  /** Where the policy is one. */
  readonly bundle?: BundleContent;
}

export function policySource(text: string): PolicySource {
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { text, sha256, revision: sha256.slice(0, REVISION_CHARACTERS) };
}

/** A bundle as a policy. @throws {BundleError} */
export function bundleSource(bytes: Uint8Array): PolicySource {
  return sourceOf(readBundle(bytes), createHash("sha256").update(bytes).digest("hex"));
}

function sourceOf(bundle: BundleContent, sha256: string): PolicySource {
  const text = bundle.policies.map((file) => `// ${file.name}\n${file.text.trimEnd()}\n`).join("\n");
  return { text, sha256, revision: bundle.metadata.revision, bundle };
}

/**
 * The policy that is active in a state directory, or another of it. Where there is none, one that permits nothing.
 * @throws {BundleError} where it is a bundle that cannot be read
 */
export function readPolicy(directory: Fd, name = ACTIVE): PolicySource {
  const pointed = name === ACTIVE ? activeBundle(directory) : undefined;
  if (pointed !== undefined) return bundleSource(readKept(directory, pointed));
  const bytes = readIfThere(directory, name, LIMITS.policyBytes);
  return policySource(bytes === undefined ? "" : new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

/** A bundle that is kept in a state directory, read in short steps. @throws {BundleError} */
export function* readBundleSource(directory: Fd, sha256: string): Generator<undefined, PolicySource> {
  const bytes = readKept(directory, sha256);
  yield;
  const files = readArchive(bytes, BUNDLE_BOUNDS);
  yield;
  return sourceOf(readContent(files), sha256);
}

/** Makes `text` the active policy; runners take it when the epoch of the control file changes. Or puts it elsewhere. */
export function writePolicy(directory: Fd, text: string, name = ACTIVE): void {
  close(replaceContent(directory, name, Buffer.from(text), { mode: MODE }));
  // Only now: until then what was active is.
  if (name === ACTIVE) removePointer(directory);
}

const Pointer = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * Makes a bundle that is kept in the state directory the active policy. It must have been checked; runners take it as they
 * take a policy of {@link writePolicy}.
 */
export function pointToBundle(directory: Fd, sha256: string): void {
  if (pointsTo(directory, sha256)) return;
  const pointer = Pointer.parse({ sha256 });
  close(replaceContent(directory, POINTER, Buffer.from(`${JSON.stringify(pointer)}\n`), { mode: MODE }));
}

/** Then a start writes nothing, and needs no room on the disk. */
function pointsTo(directory: Fd, sha256: string): boolean {
  try {
    return activeBundle(directory) === sha256;
  } catch (error) {
    if (error instanceof BundleError || error instanceof LimitError) return false;
    throw error;
  }
}

/**
 * The bundle that is active, by its SHA-256 in hex; none where a policy file is.
 * @throws {BundleError} where something is named that is no bundle: then nothing may be decided
 */
export function activeBundle(directory: Fd): string | undefined {
  const bytes = readIfThere(directory, POINTER, POINTER_BYTES);
  if (bytes === undefined) return undefined;
  try {
    return Pointer.parse(JSON.parse(Buffer.from(bytes).toString())).sha256;
  } catch (cause) {
    const message = `the file ${POINTER} of the state directory names no bundle`;
    throw new BundleError("state_unavailable", message, { cause });
  }
}

function removePointer(directory: Fd): void {
  try {
    unlinkAt(directory, POINTER);
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "ENOENT") throw error;
  }
}

function readIfThere(directory: Fd, name: string, maxBytes: number): Uint8Array | undefined {
  try {
    return closing(openAt(directory, name, { access: "read" }), (fd) => readAll(fd, maxBytes));
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return undefined;
    throw error;
  }
}
