import { createHash } from "node:crypto";
import { BundleError } from "../errors.ts";
import type { Metadata } from "./metadata.ts";
import { timeText } from "./schema.ts";

/** What was signed of a file. */
interface Expected {
  readonly length?: number | undefined;
  readonly hashes?:
    | { readonly sha256?: string | undefined; readonly sha512?: string | undefined }
    | undefined;
}

const ALGORITHMS = ["sha256", "sha512"] as const;

/**
 * Refuses bytes that have another length or another hash than was signed (TUF 5.5.2, 5.6.2, 5.7.3).
 * @throws {BundleError} mismatch
 */
export function expectContent(name: string, bytes: Uint8Array, { length, hashes = {} }: Expected): void {
  if (length !== undefined && bytes.length !== length) {
    throw new BundleError("mismatch", `${name} has ${bytes.length} bytes instead of ${length}`);
  }
  for (const algorithm of ALGORITHMS) {
    const expected = hashes[algorithm];
    if (expected === undefined) continue;
    const found = createHash(algorithm).update(bytes).digest("hex");
    if (found !== expected) {
      throw new BundleError("mismatch", `${name} has ${algorithm} ${found} instead of ${expected}`);
    }
  }
}

/** Refuses a document of another version than was signed (TUF 5.5.4, 5.6.4). @throws {BundleError} mismatch */
export function expectVersion(name: string, version: number, expected: number): void {
  if (version !== expected) {
    throw new BundleError("mismatch", `${name} has version ${version} instead of ${expected}`);
  }
}

/** Refuses what has expired (TUF 5.3.10, 5.4.4, 5.5.6, 5.6.5). @throws {BundleError} expired */
export function expectFresh(name: string, { signed }: Metadata, now: Date): void {
  if (signed.expires > now) return;
  const [end, time] = [timeText(signed.expires), timeText(now)];
  throw new BundleError("expired", `${name} ${signed.version} expired at ${end}, and it is ${time}`);
}

/** Refuses what is older than what was trusted (TUF 5.3.5, 5.4.3, 5.5.5). @throws {BundleError} rollback */
export function expectNotBelow(name: string, version: number, trusted: number): void {
  if (version >= trusted) return;
  throw new BundleError("rollback", `${name} has version ${version} after ${trusted} was trusted`);
}

/** Whether {@link expectContent} takes it. */
export function hasContent(bytes: Uint8Array, expected: Expected): boolean {
  try {
    expectContent("", bytes, expected);
    return true;
  } catch (error) {
    if (error instanceof BundleError) return false;
    throw error;
  }
}
