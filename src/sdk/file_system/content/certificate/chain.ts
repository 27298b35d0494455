import type { KeyObject } from "node:crypto";
import { DerReader, oid, TAG } from "./der.ts";
import { type Certificate, CertificateError } from "./x509.ts";

/** Intermediate certificates in one path. */
const MAX_INTERMEDIATES = 6;
/** Signatures checked for one certificate: a crowd of look-alikes must not cost more. */
const MAX_SIGNATURES = 100;

const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

/**
 * Finds a path from `certificate`, of a TLS server, over `intermediates` to the trusted `anchor`, as RFC 5280 6.1
 * with the stricter rules of Mozilla's profile: certificates of version 3, a server is no authority, SHA-2 only,
 * RSA keys of 2048 bits and more. Revocation is not looked at. A path with name constraints is refused.
 * @param now seconds since the epoch
 * @throws {CertificateError} the most telling reason why there is no path
 */
export function verifyChain(
  certificate: Certificate,
  intermediates: readonly Certificate[],
  anchor: Certificate,
  now: number,
): void {
  const failure = findPath({ intermediates, anchor, now, signatures: 0 }, [certificate]);
  if (failure) throw failure;
}

interface Search {
  readonly intermediates: readonly Certificate[];
  readonly anchor: Certificate;
  readonly now: number;
  signatures: number;
}

const OVER_BUDGET = "MaximumSignatureChecksExceeded";

/** Why `path`, whose last certificate is not yet looked at, cannot be continued to the anchor. */
function findPath(
  search: Search,
  path: readonly [Certificate, ...Certificate[]],
): CertificateError | undefined {
  const last = path.at(-1) ?? path[0];
  const unfit = checkPlace(last, path.length - 1, search.now);
  if (unfit) return unfit;
  if (path.length > 1) {
    const wrong = checkSignature(search, path.at(-2) ?? path[0], last);
    if (wrong) return wrong;
  }
  let failure = new CertificateError("UnknownIssuer");
  if (last.issuer.equals(search.anchor.subject)) {
    const wrong = checkSignature(search, last, search.anchor);
    if (!wrong) return undefined;
    failure = wrong;
  }
  if (path.length > MAX_INTERMEDIATES) return failure;
  for (const issuer of search.intermediates) {
    if (!issuer.subject.equals(last.issuer)) continue;
    // The same authority twice would make a loop.
    if (path.some((seen) => seen.subject.equals(issuer.subject) && seen.key.equals(issuer.key))) continue;
    const wrong = findPath(search, [...path, issuer]);
    if (!wrong || wrong.message === OVER_BUDGET) return wrong;
    if (failure.message === "UnknownIssuer") failure = wrong;
  }
  return failure;
}

/** Whether `certificate` may stand at `place` of the path: 0 the server, above it the authorities. */
function checkPlace(certificate: Certificate, place: number, now: number): CertificateError | undefined {
  const { notBefore, notAfter, isCa, pathLength, usages } = certificate;
  const times = (limit: string) => `{ time: UnixTime(${now}), ${limit} }`;
  if (notBefore > notAfter) return new CertificateError("InvalidCertValidity");
  if (now < notBefore) {
    return new CertificateError(`CertNotValidYet ${times(`not_before: UnixTime(${notBefore})`)}`);
  }
  if (now > notAfter) return new CertificateError(`CertExpired ${times(`not_after: UnixTime(${notAfter})`)}`);
  if (place === 0 && isCa) return new CertificateError("CaUsedAsEndEntity");
  if (place > 0 && !isCa) return new CertificateError("EndEntityUsedAsCa");
  if (place > 0 && pathLength !== undefined && place - 1 > pathLength) {
    return new CertificateError("PathLenConstraintViolated");
  }
  if (usages && !usages.includes(SERVER_AUTHENTICATION)) {
    const present = usages.map((usage) => `KeyPurposeId(${usage})`).join(", ");
    const context = `required: KeyPurposeId(${SERVER_AUTHENTICATION}), present: [${present}]`;
    return new CertificateError(`RequiredEkuNotFoundContext(RequiredEkuNotFoundContext { ${context} })`);
  }
  return undefined;
}

/** A signature algorithm: its hash, and the keys that may sign so. */
interface Algorithm {
  readonly hash: string | null;
  readonly fits: (key: KeyObject) => boolean;
  readonly pss?: boolean;
}

const rsa = (key: KeyObject): boolean => {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return key.asymmetricKeyType === "rsa" && bits >= 2048 && bits <= 8192;
};
const ecdsa = (key: KeyObject): boolean =>
  key.asymmetricKeyType === "ec" &&
  ["prime256v1", "secp384r1", "secp521r1"].includes(key.asymmetricKeyDetails?.namedCurve ?? "");

const ALGORITHMS: { readonly [oid: string]: Algorithm } = {
  "1.2.840.113549.1.1.11": { hash: "sha256", fits: rsa },
  "1.2.840.113549.1.1.12": { hash: "sha384", fits: rsa },
  "1.2.840.113549.1.1.13": { hash: "sha512", fits: rsa },
  "1.2.840.10045.4.3.2": { hash: "sha256", fits: ecdsa },
  "1.2.840.10045.4.3.3": { hash: "sha384", fits: ecdsa },
  "1.2.840.10045.4.3.4": { hash: "sha512", fits: ecdsa },
  "1.3.101.112": { hash: null, fits: (key) => key.asymmetricKeyType === "ed25519" },
};

const PSS = "1.2.840.113549.1.1.10";
/** RFC 4055: parameters with the same hash for the mask, and a salt as long as the hash; nothing else is taken. */
const PSS_HASHES: ReadonlyMap<string, string> = new Map(
  [
    ["sha256", "01", "20"],
    ["sha384", "02", "30"],
    ["sha512", "03", "40"],
  ].map(([hash = "", last, salt]) => {
    const identifier = `300d06096086480165030402${last}0500`;
    return [`3034a00f${identifier}a11c301a06092a864886f70d010108${identifier}a2030201${salt}`, hash];
  }),
);

function algorithmOf(identifier: Buffer): Algorithm | undefined {
  const fields = new DerReader(identifier).enter(TAG.sequence);
  const id = oid(fields.read(TAG.oid).content);
  if (id !== PSS) return Object.hasOwn(ALGORITHMS, id) ? ALGORITHMS[id] : undefined;
  const parameters = fields.ended ? "" : fields.read(TAG.sequence).whole.toString("hex");
  const hash = PSS_HASHES.get(parameters);
  return hash === undefined ? undefined : { hash, fits: rsa, pss: true };
}

function checkSignature(search: Search, certificate: Certificate, issuer: Certificate) {
  if (issuer.hasNameConstraints) return new CertificateError("NameConstraintViolation");
  if (++search.signatures > MAX_SIGNATURES) return new CertificateError(OVER_BUDGET);
  const algorithm = algorithmOf(certificate.signatureAlgorithm);
  if (!algorithm) return new CertificateError("UnsupportedSignatureAlgorithm");
  const invalid = new CertificateError("InvalidSignatureForPublicKey");
  // Loaded at first use: a start of the program should not pay for it.
  const { constants, createPublicKey, verify } = process.getBuiltinModule("node:crypto");
  try {
    const key = createPublicKey({ key: issuer.key, format: "der", type: "spki" });
    if (!algorithm.fits(key)) return invalid;
    const options = algorithm.pss
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : key;
    return verify(algorithm.hash, certificate.signed, options, certificate.signature) ? undefined : invalid;
  } catch {
    // A key or a signature that the library cannot even read.
    return invalid;
  }
}
