import {
  createCipheriv,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  pbkdf2Sync,
  randomBytes,
} from "node:crypto";
import { BundleError } from "../errors.ts";
import { integer, NULL, objectId, octets, sequence } from "./der.ts";

/** Kinds of keys, by the names of the command line. */
export const KEY_KINDS = ["ed25519", "ecdsa-p256"] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** Work for each guess of a passphrase; OWASP's cheat sheet asks for 600,000 (Password Storage, PBKDF2-HMAC-SHA256). */
const ITERATIONS = 1_000_000;
const SALT_BYTES = 16;
const IV_BYTES = 16;
const KEY_BYTES = 32;
/** What NIST asks of passphrases at the least (SP 800-63B-4, 3.1.1.2). */
const MIN_PASSPHRASE = 8;

export function generateKey(kind: KeyKind): KeyObject {
  return kind === "ed25519"
    ? generateKeyPairSync("ed25519").privateKey
    : generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** A private key as PKCS #8 (RFC 5208) in PEM, not encrypted. */
export const encodeKey = (key: KeyObject): string =>
  pem("PRIVATE KEY", key.export({ type: "pkcs8", format: "der" }));

/**
 * As {@link encodeKey}, encrypted with PBES2 (RFC 8018, 6.2): PBKDF2 with HMAC-SHA-256, then AES-256 in CBC mode. It is what
 * `openssl pkcs8 -topk8 -v2 aes-256-cbc` writes; node:crypto would write it with too few iterations.
 * @throws {BundleError} passphrase
 */
export function encryptKey(key: KeyObject, passphrase: string): string {
  if ([...passphrase].length < MIN_PASSPHRASE) {
    throw new BundleError("passphrase", `a passphrase has at least ${MIN_PASSPHRASE} characters`);
  }
  const [salt, iv] = [randomBytes(SALT_BYTES), randomBytes(IV_BYTES)];
  const secret = pbkdf2Sync(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256");
  const cipher = createCipheriv("aes-256-cbc", secret, iv);
  const plain = key.export({ type: "pkcs8", format: "der" });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const derivation = sequence(
    OID.pbkdf2,
    sequence(octets(salt), integer(ITERATIONS), sequence(OID.hmacWithSha256, NULL)),
  );
  const scheme = sequence(OID.pbes2, sequence(derivation, sequence(OID.aes256Cbc, octets(iv))));
  return pem("ENCRYPTED PRIVATE KEY", sequence(scheme, octets(encrypted)));
}

/**
 * The private key that `text` is, in any form of PEM that OpenSSL writes.
 * @param passphrase asked for when the key is encrypted
 * @throws {BundleError} passphrase when it is the wrong one, key_file when this is no key that signs bundles
 */
export function decodeKey(text: string, passphrase: () => string): KeyObject {
  const encrypted = /ENCRYPTED/.test(text);
  const given = encrypted ? passphrase() : undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, ...(given === undefined ? {} : { passphrase: given }) });
  } catch (cause) {
    throw unreadable(encrypted, cause);
  }
  if (kindOf(key) !== undefined) return key;
  throw new BundleError(
    "key_file",
    `a key of the kind ${key.asymmetricKeyType} signs no bundles; ${KEY_KINDS.join(" and ")} do`,
  );
}

function unreadable(encrypted: boolean, cause: unknown): BundleError {
  const [code, message] = !encrypted
    ? (["key_file", "this is no private key in PEM; remit keygen makes one"] as const)
    : isUnsupported(cause)
      ? ([
          "key_file",
          "the key is encrypted in another way than openssl pkcs8 -topk8 -v2 aes-256-cbc does",
        ] as const)
      : (["passphrase", "the passphrase is wrong, or the key is damaged"] as const);
  return new BundleError(code, message, { cause });
}

const isUnsupported = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && String(cause.code).includes("UNSUPPORTED");

/** The kind of a private or public key; undefined of one that signs no bundles. */
export function kindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyKind | undefined {
  if (asymmetricKeyType === "ed25519") return "ed25519";
  const isP256 = asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1";
  return isP256 ? "ecdsa-p256" : undefined;
}

const OID = {
  pbes2: objectId("2a864886f70d01050d"),
  pbkdf2: objectId("2a864886f70d01050c"),
  hmacWithSha256: objectId("2a864886f70d0209"),
  aes256Cbc: objectId("60864801650304012a"),
} as const;

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
