import { createHash } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import { BundleError } from "../errors.ts";
import type { Profile } from "./profile.ts";
import type { KeyJson } from "./schema.ts";
import { SCHEMES, type SchemeName } from "./schemes.ts";

/** A key that signatures are verified with. */
export interface PublicKey {
  /** The same for the same key, however it is written and whatever its key id. */
  readonly fingerprint: string;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** The key id: the SHA-256 of the canonical form of the key, in hex (TUF 4.2.1). */
export const keyIdOf = (key: unknown): string => sha256(canonicalize(key));

/**
 * The keys of a document by their ids. One of a scheme that the profile does not take is not among them and counts for
 * nothing: a later root may bring schemes of which this version knows nothing yet.
 * @param keys as they stand in the document, with members that are not known here
 * @throws {BundleError} when an id is not that of its key, or a key cannot be read
 */
export function readKeys(
  keys: Readonly<Record<string, KeyJson>>,
  { schemes }: Profile,
): ReadonlyMap<string, PublicKey> {
  return new Map(
    Object.entries(keys).flatMap(([id, json]) => {
      if (keyIdOf(json) !== id) throw invalid(`key ${id} has another id than its content`);
      const name: SchemeName | undefined = schemes.find((scheme) => scheme === json.scheme);
      if (name === undefined || SCHEMES[name].keytype !== json.keytype) return [];
      const { read, verify } = SCHEMES[name];
      const key = read(json.keyval.public);
      if (key === undefined) throw invalid(`key ${id} is no ${name} key`);
      const fingerprint = sha256(canonicalize(key.export({ format: "jwk" })));
      const publicKey: PublicKey = {
        fingerprint,
        verify: (message, signature) => verify(key, message, signature),
      };
      return [[id, publicKey] as const];
    }),
  );
}

/**
 * Refuses a role that lists a key twice, also under two ids: it could reach a threshold of two alone. (The check that
 * TUF 5.3.4 asks for is by id. CVE-2020-15093 was the same id twice; go-tuf counts by key since its pull request 733.)
 * @throws {BundleError}
 */
export function expectDistinctKeys(
  role: string,
  keyids: readonly string[],
  keys: ReadonlyMap<string, PublicKey>,
): void {
  const known = keyids.map((id) => keys.get(id)?.fingerprint ?? id);
  if (new Set(keyids).size < keyids.length || new Set(known).size < known.length) {
    throw invalid(`role ${role} has the same key twice`);
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const invalid = (why: string): BundleError => new BundleError("metadata_invalid", why);
