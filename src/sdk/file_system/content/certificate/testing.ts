/** Makes certificates for tests, also such as no authority makes. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
};
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);

export function oidOf(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

const name = (common: string) =>
  sequence(der(0x31, sequence(oidOf("2.5.4.3"), der(0x0c, Buffer.from(common)))));

export const EXTENSIONS = {
  ca: (pathLength?: number) =>
    extension("2.5.29.19", sequence(der(1, Buffer.of(255)), ...length(pathLength)), true),
  notCa: extension("2.5.29.19", sequence(), true),
  usage: (purpose: string) => extension("2.5.29.37", sequence(oidOf(purpose))),
  nameConstraints: extension("2.5.29.30", sequence(), true),
  unknown: (critical: boolean) => extension("1.2.3.4", der(5), critical),
};

const length = (value: number | undefined) => (value === undefined ? [] : [der(2, Buffer.of(value))]);

function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oidOf(id), ...(critical ? [der(1, Buffer.of(255))] : []), der(4, value));
}

const ALGORITHMS = {
  ed25519: { identifier: sequence(oidOf("1.3.101.112")), hash: null },
  "ecdsa-sha256": { identifier: sequence(oidOf("1.2.840.10045.4.3.2")), hash: "sha256" },
  "rsa-sha256": { identifier: sequence(oidOf("1.2.840.113549.1.1.11"), der(5)), hash: "sha256" },
  "rsa-sha1": { identifier: sequence(oidOf("1.2.840.113549.1.1.5"), der(5)), hash: "sha1" },
} as const;

export const keys = {
  ed25519: () => generateKeyPairSync("ed25519"),
  p256: () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
  rsa: (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }),
};

export interface TestCertificate {
  readonly subject: string;
  readonly key: KeyObject;
  readonly privateKey: KeyObject;
  readonly der: Buffer;
  readonly pem: string;
}

export interface CertificateInput {
  readonly subject: string;
  /** Itself where absent. */
  readonly issuer?: TestCertificate;
  readonly pair?: { publicKey: KeyObject; privateKey: KeyObject };
  readonly algorithm?: keyof typeof ALGORITHMS;
  readonly extensions?: readonly Uint8Array[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly version?: number;
}

export function certificate(input: CertificateInput): TestCertificate {
  const { subject, issuer, pair = keys.ed25519(), algorithm = "ed25519", version = 3 } = input;
  const { identifier, hash } = ALGORITHMS[algorithm];
  const time = (text: string) => der(text.length === 13 ? 0x17 : 0x18, Buffer.from(text));
  const { extensions = [] } = input;
  const signed = sequence(
    ...(version === 1 ? [] : [der(0xa0, der(2, Buffer.of(version - 1)))]),
    der(2, Buffer.of(1)),
    identifier,
    name(issuer?.subject ?? subject),
    sequence(time(input.notBefore ?? "200101000000Z"), time(input.notAfter ?? "20600101000000Z")),
    name(subject),
    pair.publicKey.export({ format: "der", type: "spki" }),
    ...(extensions.length ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign(hash, signed, issuer?.privateKey ?? pair.privateKey);
  const whole = sequence(signed, identifier, der(3, Buffer.of(0), signature));
  const lines = whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    subject,
    key: pair.publicKey,
    privateKey: pair.privateKey,
    der: whole,
    pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
