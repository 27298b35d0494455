import { canonicalize } from "@tufjs/canonical-json";
import { z } from "zod";
import { expectUnambiguous } from "../../platform/json-text.ts";
import { LIMITS } from "../../platform/limits.ts";
import { BundleError } from "../errors.ts";
import { expectDistinctKeys, type PublicKey, readKeys } from "./keys.ts";
import type { Profile } from "./profile.ts";
import { envelope, type MetadataType, type RoleJson, SIGNED, type Signed } from "./schema.ts";

/** Bytes that a document of a type has at most, before anybody has signed for its length (TUF 5.3.3, 5.4.1, 5.5.1, 5.6.1). */
export const MAX_BYTES: { readonly [type in MetadataType]: number } = {
  root: LIMITS.rootBytes,
  timestamp: LIMITS.timestampBytes,
  snapshot: LIMITS.snapshotBytes,
  targets: LIMITS.targetsBytes,
};

/** A document that was read. Nothing of it is to be believed before {@link expectSigned}. */
export interface Metadata<T extends MetadataType = MetadataType> {
  /** As it came, for whoever compares its hash. */
  readonly bytes: Uint8Array;
  readonly signed: Signed<T>;
  /** What the signatures are for (TUF 4.2.1). */
  readonly canonical: Uint8Array;
  /** Signatures by key id. */
  readonly signatures: ReadonlyMap<string, Uint8Array>;
  /** The keys of the roles that the document delegates to, by their ids. */
  readonly keys: ReadonlyMap<string, PublicKey>;
}

/**
 * Reads a document of type `type`. Its text must mean the same to every reader, and what is read is what is verified: both
 * come from one parse.
 * @throws {BundleError} metadata_invalid
 */
export function readMetadata<T extends MetadataType>(
  type: T,
  bytes: Uint8Array,
  profile: Profile,
): Metadata<T> {
  return refusing(type, () => {
    if (bytes.length > MAX_BYTES[type]) throw new Error(`it is larger than ${MAX_BYTES[type]} bytes`);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    expectUnambiguous(text, LIMITS.metadataNesting);
    const { signed: content, signatures } = envelope.parse(JSON.parse(text));
    // The schema of the type says which one it is; TypeScript cannot follow.
    const signed = SIGNED[type].parse(content) as Signed<T>;
    const document = {
      bytes,
      signed,
      canonical: Buffer.from(canonicalize(content)),
      signatures: new Map(signatures.map(({ keyid, sig }) => [keyid, Buffer.from(sig, "hex")])),
      keys: keysOf(signed, profile),
    };
    // TUF 4.2.1: the key id must be unique among the signatures.
    if (document.signatures.size < signatures.length) throw new Error("it has two signatures of one key");
    return document;
  });
}

/** The keys of what `signed` delegates to, after a look at the roles that have them. */
function keysOf(signed: Signed, profile: Profile): ReadonlyMap<string, PublicKey> {
  const keys = readKeys(delegatedKeys(signed), profile);
  for (const [name, { keyids }] of delegatedRoles(signed)) expectDistinctKeys(name, keyids, keys);
  return keys;
}

function delegatedKeys(signed: Signed) {
  if (signed._type === "root") return signed.keys;
  return signed._type === "targets" ? (signed.delegations?.keys ?? {}) : {};
}

function delegatedRoles(signed: Signed): readonly (readonly [string, RoleJson])[] {
  if (signed._type === "root") return Object.entries(signed.roles);
  if (signed._type !== "targets" || signed.delegations === undefined) return [];
  const { roles = [], succinct_roles: bins } = signed.delegations;
  return [
    ...roles.map((role) => [role.name, role] as const),
    ...(bins === undefined ? [] : [[bins.name_prefix, bins] as const]),
  ];
}

function refusing<T>(type: MetadataType, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = error instanceof z.ZodError ? firstIssue(error) : error instanceof Error ? error.message : "";
    throw new BundleError("metadata_invalid", `the ${type} metadata cannot be used: ${why}`, {
      cause: error,
    });
  }
}

const firstIssue = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined ? "" : `${["signed", ...issue.path].join(".")}: ${issue.message}`;
