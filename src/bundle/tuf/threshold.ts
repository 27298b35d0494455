import { BundleError } from "../errors.ts";
import type { PublicKey } from "./keys.ts";
import type { Metadata } from "./metadata.ts";
import type { RoleJson } from "./schema.ts";

/**
 * Refuses a document that is not signed by a threshold of the keys of `role`. Keys are counted, not signatures and not key
 * ids (TUF 5.3.4, 5.4.2, 5.5.3, 5.6.3). A signature that is not valid, or of somebody else, does no harm.
 * @param name what the role is called
 * @param keys the keys of the document that delegates to it
 * @throws {BundleError} bad_signature
 */
export function expectSigned(
  name: string,
  role: RoleJson,
  keys: ReadonlyMap<string, PublicKey>,
  document: Metadata,
): void {
  const count = countSigners(role, keys, document);
  if (count >= role.threshold) return;
  const why = `${name} has ${count} valid signatures of the ${role.threshold} that it takes`;
  throw new BundleError("bad_signature", why);
}

/** Whether {@link expectSigned} takes it. */
export const isSigned = (role: RoleJson, keys: ReadonlyMap<string, PublicKey>, document: Metadata): boolean =>
  countSigners(role, keys, document) >= role.threshold;

/** How many keys of the role signed. */
const countSigners = (role: RoleJson, keys: ReadonlyMap<string, PublicKey>, document: Metadata): number =>
  new Set(signersOf(role, keys, document).map((id) => keys.get(id)?.fingerprint)).size;

/** Ids of the keys of the role that signed. */
export const signersOf = (
  { keyids }: RoleJson,
  keys: ReadonlyMap<string, PublicKey>,
  { canonical, signatures }: Metadata,
): readonly string[] =>
  keyids.filter((id) => {
    const [key, signature] = [keys.get(id), signatures.get(id)];
    return key !== undefined && signature !== undefined && isValid(key, canonical, signature);
  });

function isValid(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return key.verify(message, signature);
  } catch {
    // OpenSSL throws at some signatures that have not even the form of one.
    return false;
  }
}
