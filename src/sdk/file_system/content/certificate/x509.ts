import { DerError, DerReader, oid, TAG } from "./der.ts";

/** The parts of an X.509 certificate (RFC 5280) that a path is validated by. */
export interface Certificate {
  readonly version: number;
  /** What is signed. */
  readonly signed: Buffer;
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
  /** Names are compared byte by byte. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** Seconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo. */
  readonly key: Buffer;
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
  /** Purposes of the key; absent: all. */
  readonly usages: readonly string[] | undefined;
  readonly hasNameConstraints: boolean;
}

/** A certificate that cannot be used for what its place in the chain asks; the message is the reason's name. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

const EXTENSION = {
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  extendedKeyUsage: "2.5.29.37",
} as const;
const UNDERSTOOD: readonly string[] = Object.values(EXTENSION);

/** @throws {CertificateError} for what is not a certificate, and for critical extensions that are not understood */
export function parseCertificate(der: Buffer): Certificate {
  try {
    return parse(der);
  } catch (error) {
    if (error instanceof DerError) throw new CertificateError(error.message);
    throw error;
  }
}

function parse(der: Buffer): Certificate {
  const outer = new DerReader(der);
  const certificate = outer.enter(TAG.sequence);
  if (!outer.ended) throw new CertificateError("TrailingData(Certificate)");
  const signed = certificate.read(TAG.sequence);
  const signatureAlgorithm = certificate.read(TAG.sequence).whole;
  const signature = bits(certificate);
  if (!certificate.ended) throw new CertificateError("TrailingData(SignedData)");

  const fields = new DerReader(signed.content);
  const version = fields.optional(TAG.context(0));
  if (!version || !integer(new DerReader(version.content)).equals(Buffer.of(2))) {
    throw new CertificateError("UnsupportedCertVersion");
  }
  fields.read(TAG.integer);
  if (!fields.read(TAG.sequence).whole.equals(signatureAlgorithm)) {
    throw new CertificateError("SignatureAlgorithmMismatch");
  }
  const issuer = fields.read(TAG.sequence).whole;
  const validity = fields.enter(TAG.sequence);
  const [notBefore, notAfter] = [time(validity), time(validity)];
  const subject = fields.read(TAG.sequence).whole;
  const key = fields.read(TAG.sequence).whole;
  const extensions = fields.optional(TAG.context(3));
  return {
    version: 3,
    signed: signed.whole,
    signatureAlgorithm,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    key,
    ...readExtensions(extensions?.content),
  };
}

function readExtensions(content: Buffer | undefined) {
  const found = new Map<string, Buffer>();
  const list = content ? new DerReader(content).enter(TAG.sequence).all(TAG.sequence) : [];
  for (const { content } of list) {
    const extension = new DerReader(content);
    const id = oid(extension.read(TAG.oid).content);
    const critical = extension.optional(TAG.boolean)?.content[0] === 0xff;
    const value = extension.read(TAG.octetString).content;
    if (found.has(id)) throw new CertificateError("ExtensionValueInvalid");
    if (critical && !UNDERSTOOD.includes(id)) throw new CertificateError("UnsupportedCriticalExtension");
    found.set(id, value);
  }
  const basic = found.get(EXTENSION.basicConstraints);
  const constraints = basic && new DerReader(basic).enter(TAG.sequence);
  const isCa = constraints?.optional(TAG.boolean)?.content[0] === 0xff;
  const usages = found.get(EXTENSION.extendedKeyUsage);
  return {
    isCa,
    pathLength: constraints && !constraints.ended ? integer(constraints).readUIntBE(0, 1) : undefined,
    usages:
      usages &&
      new DerReader(usages)
        .enter(TAG.sequence)
        .all(TAG.oid)
        .map(({ content }) => oid(content)),
    hasNameConstraints: found.has(EXTENSION.nameConstraints),
  };
}

/** A positive number of one byte; no version and no path length is longer. */
function integer(reader: DerReader): Buffer {
  const { content } = reader.read(TAG.integer);
  if (content.length !== 1 || (content[0] ?? 0) > 0x7f) throw new DerError();
  return content;
}

/** The whole bytes of a bit string. */
function bits(reader: DerReader): Buffer {
  const { content } = reader.read(TAG.bitString);
  if (content[0] !== 0) throw new DerError();
  return content.subarray(1);
}

/** RFC 5280, 4.1.2.5: years before 2050 as UTCTime, later ones as GeneralizedTime, always in UTC. */
function time(reader: DerReader): number {
  const utc = reader.optional(TAG.utcTime);
  const text = (utc ?? reader.read(TAG.generalizedTime)).content.toString("latin1");
  const pattern = utc
    ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
    : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
  const [, year = "", ...rest] = pattern.exec(text) ?? [];
  const full = utc ? `${Number(year) < 50 ? "20" : "19"}${year}` : year;
  const [month, day, hour, minute, second] = rest;
  const milliseconds = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(milliseconds)) throw new CertificateError("BadDerTime");
  return milliseconds / 1000;
}
