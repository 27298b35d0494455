import type { z } from "zod";
import { BundleError } from "../errors.ts";
import { type Metadata, readMetadata } from "../tuf/metadata.ts";
import { PROFILES } from "../tuf/profile.ts";
import { envelope, type MetadataType, timeText } from "../tuf/schema.ts";
import type { Signer } from "./signer.ts";

/** The version of TUF that is written. */
const SPEC_VERSION = "1.0.34";

/** A document of TUF, with what is signed also as it was written: with members that are not known here. */
export interface Document<T extends MetadataType = MetadataType> extends Metadata<T> {
  readonly json: Json;
}

export type Json = z.infer<typeof envelope>["signed"];

/** What is in a document beside its content. */
export interface Frame {
  readonly version: number;
  readonly expires: Date;
}

/** @param path for what is told when it cannot be read. @throws {BundleError} repository_invalid */
export function readDocument<T extends MetadataType>(type: T, bytes: Uint8Array, path: string): Document<T> {
  try {
    return documentOf(type, bytes);
  } catch (cause) {
    if (!(cause instanceof BundleError)) throw cause;
    throw new BundleError("repository_invalid", `${path}: ${cause.message}`, { cause });
  }
}

/** A document that nobody has signed yet. */
export const draft = <T extends MetadataType>(
  type: T,
  { version, expires }: Frame,
  content: Readonly<Record<string, unknown>>,
): Document<T> =>
  documentOf(
    type,
    encode(
      { ...content, _type: type, spec_version: SPEC_VERSION, version, expires: timeText(expires) },
      new Map(),
    ),
  );

/**
 * `document` with a signature of `signer` as the key that has `ids`; it replaces an earlier one.
 * @throws {BundleError} signer
 */
export async function signed<T extends MetadataType>(
  document: Document<T>,
  ids: readonly string[],
  signer: Signer,
): Promise<Document<T>> {
  const signature = await signer.sign(document.canonical);
  if (!signer.key.verify(document.canonical, signature)) {
    throw new BundleError("signer", `what ${signer.source} signed does not verify with its public key`);
  }
  return withSignatures(document, new Map(ids.map((id) => [id, signature])));
}

/** `document` with these signatures beside its own. */
export const withSignatures = <T extends MetadataType>(
  document: Document<T>,
  signatures: ReadonlyMap<string, Uint8Array>,
): Document<T> =>
  documentOf(
    document.signed._type as T,
    encode(document.json, new Map([...document.signatures, ...signatures])),
  );

function documentOf<T extends MetadataType>(type: T, bytes: Uint8Array): Document<T> {
  const metadata = readMetadata(type, bytes, PROFILES.remit);
  return { ...metadata, json: envelope.parse(JSON.parse(Buffer.from(bytes).toString())).signed };
}

function encode(json: Json, signatures: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const list = [...signatures]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([keyid, sig]) => ({ keyid, sig: Buffer.from(sig).toString("hex") }));
  return Buffer.from(JSON.stringify({ signatures: list, signed: json }));
}
