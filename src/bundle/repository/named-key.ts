import { createPublicKey, type KeyObject } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { readInput } from "../../platform/input.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { BundleError } from "../errors.ts";
import { keyIdOf, type PublicKey, readKeys } from "../tuf/keys.ts";
import { PROFILES } from "../tuf/profile.ts";
import type { KeyJson } from "../tuf/schema.ts";
import { KEY_KINDS, kindOf } from "./private-key.ts";

/** A public key, with the name that its owner goes by. */
export interface NamedKey {
  /** Its key id in TUF. */
  readonly id: string;
  readonly name: string;
  /** As it stands in a root. */
  readonly json: KeyJson;
  readonly key: PublicKey;
}

/** Our own member of a key: names that are signed with the root, so that nobody can exchange them. */
const NAME_FIELD = "x-remit-name";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const MAX_BYTES = 16 * 1024;
const SHOWN_ID = 12;

const KeyFile = z.looseObject({
  keyid: z.string(),
  keytype: z.string(),
  scheme: z.string(),
  keyval: z.looseObject({ public: z.string() }),
});

/** The public key of `key`, which may be a private one, called `name`. @throws {BundleError} key_file */
export function namedKey(key: KeyObject, name: string): NamedKey {
  if (!NAME.test(name)) {
    throw new BundleError(
      "key_file",
      `'${name}' is no name of a key: letters, digits and . _ @ -, at most 64`,
    );
  }
  return fromJson({ ...publicPart(key), [NAME_FIELD]: name });
}

/** What a key of a root is called: by its name if it has one, else by the beginning of its id. */
export function nameOf(id: string, json: KeyJson | undefined): string {
  const name = json?.[NAME_FIELD];
  return typeof name === "string" && NAME.test(name) ? name : id.slice(0, SHOWN_ID);
}

/** The name that a key has by the name of its file: `alice` of `keys/alice.pub`. */
export const nameOfFile = (path: string): string => basename(path).replace(/(\.(pub|pem|key))+$/, "");

/** The file of a public key, which {@link readPublicKey} reads. */
export const publicKeyFile = ({ id, json }: NamedKey): string =>
  `${JSON.stringify({ keyid: id, ...json }, undefined, 2)}\n`;

/**
 * The public key in the file that `remit keygen` wrote. Also in one of PEM, as services and hardware give it; then it is
 * called as the file is.
 * @throws {BundleError} key_file
 */
export function readPublicKey(path: string): NamedKey {
  const text = readText(path);
  return telling(path, () => {
    if (text.includes("PRIVATE KEY"))
      throw new BundleError("key_file", "this is a private key; the public one ends in .pub");
    return text.startsWith("-----BEGIN") ? namedKey(createPublicKey(text), nameOfFile(path)) : fromFile(text);
  });
}

function fromFile(text: string): NamedKey {
  const { keyid, ...json } = KeyFile.parse(JSON.parse(text));
  const key = fromJson(json);
  if (key.id !== keyid) throw new BundleError("key_file", "its keyid is another one than its content has");
  return key;
}

function fromJson(json: KeyJson): NamedKey {
  const id = keyIdOf(json);
  const key = readKeys({ [id]: json }, PROFILES.remit).get(id);
  if (key !== undefined) return { id, name: nameOf(id, json), json, key };
  throw new BundleError("key_file", `keys of ${KEY_KINDS.join(" and ")} sign bundles, not ${json.scheme}`);
}

const otherKind = (kind: string | undefined): BundleError =>
  new BundleError("key_file", `keys of ${KEY_KINDS.join(" and ")} sign bundles, not ${kind}`);

function publicPart(key: KeyObject): KeyJson {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const kind = kindOf(publicKey);
  if (kind === undefined) throw otherKind(publicKey.asymmetricKeyType);
  if (kind === "ed25519") {
    const { x = "" } = publicKey.export({ format: "jwk" });
    const hex = Buffer.from(x, "base64url").toString("hex");
    return { keytype: "ed25519", scheme: "ed25519", keyval: { public: hex } };
  }
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return { keytype: "ecdsa", scheme: "ecdsa-sha2-nistp256", keyval: { public: pem } };
}

const readText = (path: string): string =>
  telling(path, () => Buffer.from(readInput(path, MAX_BYTES)).toString());

function telling<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const isTold = cause instanceof BundleError || cause instanceof OsError || cause instanceof LimitError;
    const why = isTold
      ? cause.message
      : "this is no public key; remit keygen writes one beside the private key";
    throw new BundleError("key_file", `${path}: ${why}`, { cause });
  }
}
