import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";

/** How public keys are written, and signatures verified, as TUF 4.2.2 defines it. */
interface Scheme {
  readonly keytype: string;
  /** The key, or nothing if `text` is not one of this scheme. */
  read(text: string): KeyObject | undefined;
  verify(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What TUF 4.2.2 asks of RSA, in bits. */
const MIN_RSA_BITS = 2048;
/** Before the 32 bytes of a key of Ed25519 in a SubjectPublicKeyInfo (RFC 8410 section 4). */
const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export const SCHEMES = {
  ed25519: {
    keytype: "ed25519",
    read: (text) => {
      const key = /^[0-9a-f]{64}$/i.test(text)
        ? fromDer(Buffer.concat([ED25519_PREFIX, Buffer.from(text, "hex")]))
        : fromPem(text);
      return key?.asymmetricKeyType === "ed25519" ? key : undefined;
    },
    verify: (key, message, signature) => verify(null, message, key, signature),
  },
  "ecdsa-sha2-nistp256": {
    keytype: "ecdsa",
    read: (text) => {
      const key = fromPem(text);
      return key?.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : undefined;
    },
    verify: (key, message, signature) => verify("sha256", message, key, signature),
  },
  "rsassa-pss-sha256": {
    keytype: "rsa",
    read: (text) => {
      const key = fromPem(text);
      const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
      return key?.asymmetricKeyType === "rsa" && bits >= MIN_RSA_BITS ? key : undefined;
    },
    verify: (key, message, signature) =>
      verify("sha256", message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature),
  },
} as const satisfies { readonly [name: string]: Scheme };

export type SchemeName = keyof typeof SCHEMES;

/** A PEM of a private key would be read, too, and be made a public one. */
const fromPem = (text: string): KeyObject | undefined =>
  text.startsWith("-----BEGIN PUBLIC KEY-----") ? attempt(() => createPublicKey(text)) : undefined;

const fromDer = (key: Buffer): KeyObject | undefined =>
  attempt(() => createPublicKey({ key, format: "der", type: "spki" }));

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    // Whatever OpenSSL says of it, it is no key.
    return undefined;
  }
}
