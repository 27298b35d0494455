import { describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { verifyChain } from "./chain.ts";
import { DerError, DerReader, oid, TAG } from "./der.ts";
import { certificatesOf, PemError } from "./pem.ts";
import {
  type CertificateInput,
  certificate,
  EXTENSIONS,
  keys,
  oidOf,
  type TestCertificate,
} from "./testing.ts";
import { CertificateError, parseCertificate } from "./x509.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z") / 1000;
const root = certificate({ subject: "Root", extensions: [EXTENSIONS.ca()] });
const authority = (input: Partial<CertificateInput> = {}) =>
  certificate({ subject: "Authority", issuer: root, extensions: [EXTENSIONS.ca()], ...input });
const server = (input: Partial<CertificateInput> = {}) =>
  certificate({ subject: "server", issuer: root, ...input });

/** Why there is no path; `undefined` when there is one. */
function failure(
  leaf: TestCertificate,
  between: readonly TestCertificate[] = [],
  anchor = root,
): string | undefined {
  const [parsed, trusted] = [parseCertificate(leaf.der), parseCertificate(anchor.der)];
  try {
    const intermediates = between.map(({ der }) => parseCertificate(der));
    verifyChain(parsed, intermediates, trusted, NOW);
    return undefined;
  } catch (error) {
    if (error instanceof CertificateError) return error.message;
    throw error;
  }
}

describe("chain", () => {
  test("signed by the root", () => {
    expect(failure(server())).toBeUndefined();
    expect(failure(server(), [], certificate({ subject: "Other" }))).toBe("UnknownIssuer");
  });

  test("a root of the same name and another key", () => {
    expect(failure(server(), [], certificate({ subject: "Root" }))).toBe("InvalidSignatureForPublicKey");
  });

  test("over intermediates in any order", () => {
    const first = authority();
    const second = authority({ subject: "Second", issuer: first });
    const leaf = server({ issuer: second });
    expect(failure(leaf, [second, first])).toBeUndefined();
    expect(failure(leaf, [first, second])).toBeUndefined();
    expect(failure(leaf, [second])).toBe("UnknownIssuer");
    expect(failure(leaf, [])).toBe("UnknownIssuer");
  });

  test("an intermediate of the right name and the wrong key does not hide the right one", () => {
    const right = authority();
    const leaf = server({ issuer: right });
    expect(failure(leaf, [authority(), right])).toBeUndefined();
    expect(failure(leaf, [authority()])).toBe("InvalidSignatureForPublicKey");
  });

  test("only authorities sign", () => {
    for (const extensions of [[EXTENSIONS.notCa], []]) {
      const notCa = authority({ extensions });
      expect(failure(server({ issuer: notCa }), [notCa])).toBe("EndEntityUsedAsCa");
    }
    expect(failure(authority())).toBe("CaUsedAsEndEntity");
  });

  test("path length", () => {
    const first = authority({ extensions: [EXTENSIONS.ca(0)] });
    const second = authority({ subject: "Second", issuer: first });
    expect(failure(server({ issuer: first }), [first])).toBeUndefined();
    expect(failure(server({ issuer: second }), [first, second])).toBe("PathLenConstraintViolated");
  });

  test("validity, of intermediates too", () => {
    const expired = { notAfter: "250101000000Z" };
    expect(failure(server(expired))).toBe(
      `CertExpired { time: UnixTime(${NOW}), not_after: UnixTime(1735689600) }`,
    );
    expect(failure(server({ notBefore: "20300101000000Z" }))).toStartWith("CertNotValidYet {");
    expect(failure(server({ notBefore: "20300101000000Z", ...expired }))).toBe("InvalidCertValidity");
    const old = authority(expired);
    expect(failure(server({ issuer: old }), [old])).toStartWith("CertExpired");
  });

  test("purpose", () => {
    expect(failure(server({ extensions: [EXTENSIONS.usage("1.3.6.1.5.5.7.3.1")] }))).toBeUndefined();
    expect(failure(server({ extensions: [EXTENSIONS.usage("1.3.6.1.5.5.7.3.2")] }))).toContain(
      "RequiredEkuNotFoundContext { required: KeyPurposeId(1.3.6.1.5.5.7.3.1), present: [KeyPurposeId(1.3.6.1.5.5.7.3.2)] }",
    );
  });

  test("name constraints are refused", () => {
    const constrained = authority({ extensions: [EXTENSIONS.ca(), EXTENSIONS.nameConstraints] });
    expect(failure(server({ issuer: constrained }), [constrained])).toBe("NameConstraintViolation");
  });

  test.each([
    ["ECDSA with SHA-256", keys.p256(), "ecdsa-sha256", undefined],
    ["RSA of 2048 bits", keys.rsa(2048), "rsa-sha256", undefined],
    ["RSA of 1024 bits", keys.rsa(1024), "rsa-sha256", "InvalidSignatureForPublicKey"],
    ["SHA-1", keys.rsa(2048), "rsa-sha1", "UnsupportedSignatureAlgorithm"],
  ] as const)("%s", (_, pair, algorithm, expected) => {
    const anchor = certificate({ subject: "Root", pair, algorithm, extensions: [EXTENSIONS.ca()] });
    expect(failure(server({ issuer: anchor, algorithm }), [], anchor)).toBe(expected);
  });

  test("a key of another kind than the signature", () => {
    const anchor = certificate({ subject: "Root", pair: keys.p256(), algorithm: "ecdsa-sha256" });
    expect(failure(server(), [], anchor)).toBe("InvalidSignatureForPublicKey");
  });

  test("a crowd of authorities that sign each other is bounded", () => {
    const pairs = Array.from({ length: 20 }, () => keys.ed25519());
    const issuers = pairs.map((pair) => certificate({ subject: "Crowd", pair }));
    const crowd = pairs.flatMap((pair) =>
      issuers.map((issuer) => certificate({ subject: "Crowd", issuer, pair, extensions: [EXTENSIONS.ca()] })),
    );
    expect(failure(server({ issuer: issuers[0] ?? root }), crowd)).toBe("MaximumSignatureChecksExceeded");
  });
});

describe("certificate", () => {
  test("as the library reads it", () => {
    const { der } = server({ extensions: [EXTENSIONS.usage("1.3.6.1.5.5.7.3.1")] });
    const parsed = parseCertificate(der);
    const expected = new X509Certificate(der);
    expect(parsed.notAfter * 1000).toBe(Date.parse(expected.validTo));
    expect(parsed.notBefore * 1000).toBe(Date.parse(expected.validFrom));
    expect(parsed).toMatchObject({ isCa: expected.ca, usages: ["1.3.6.1.5.5.7.3.1"] });
  });

  const errorOf = (der: Buffer) => {
    try {
      parseCertificate(der);
    } catch (error) {
      if (error instanceof CertificateError) return error.message;
      throw error;
    }
    return undefined;
  };

  test("version, extensions, rest", () => {
    expect(errorOf(server({ version: 1 }).der)).toBe("UnsupportedCertVersion");
    expect(errorOf(server({ version: 2 }).der)).toBe("UnsupportedCertVersion");
    expect(errorOf(server({ extensions: [EXTENSIONS.unknown(true)] }).der)).toBe(
      "UnsupportedCriticalExtension",
    );
    expect(errorOf(server({ extensions: [EXTENSIONS.unknown(false)] }).der)).toBeUndefined();
    expect(errorOf(server({ extensions: [EXTENSIONS.notCa, EXTENSIONS.ca()] }).der)).toBe(
      "ExtensionValueInvalid",
    );
    expect(errorOf(Buffer.concat([root.der, Buffer.of(0)]))).toContain("TrailingData");
    expect(errorOf(Buffer.of(0, 1, 2, 3))).toBe("BadDer");
  });

  test("any change is an error or a certificate", () => {
    fc.assert(
      fc.property(fc.nat(root.der.length - 1), fc.nat(255), (at, value) => {
        const copy = Buffer.from(root.der);
        copy[at] = value;
        try {
          const changed = parseCertificate(copy);
          // The signature covers what a path is decided by.
          const same = changed.signed.equals(parseCertificate(root.der).signed);
          expect(same || at < 4 + 4 + changed.signed.length).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CertificateError);
        }
      }),
    );
  });

  test("oid", () => {
    const content = (dotted: string) => new DerReader(oidOf(dotted)).read(TAG.oid).content;
    for (const dotted of ["1.2.840.113549.1.1.11", "2.5.29.19", "1.3.101.112"]) {
      expect(oid(content(dotted))).toBe(dotted);
    }
  });

  test.each([
    ["too long", "300501"],
    ["indefinite", "3080000000"],
    ["not minimal", "308101ff"],
    ["not minimal in two bytes", "30820001ff"],
    ["length of nine bytes", "3089010000000000000000"],
    ["no length", "30"],
  ])("length %s", (_, hex) => {
    expect(() => new DerReader(Buffer.from(hex, "hex")).read(TAG.sequence)).toThrow(DerError);
  });
});

describe("pem", () => {
  test("certificates among other things", () => {
    const key = "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n";
    const text = `subject: x\r\n${root.pem.replaceAll("\n", "\r\n")}${key}${server().pem}`;
    expect(certificatesOf(text)).toHaveLength(2);
    expect(certificatesOf(text)[0]?.equals(root.der)).toBe(true);
    expect(certificatesOf("hello")).toEqual([]);
  });

  test.each([
    [
      "no end",
      root.pem.slice(0, 80),
      "missing section end marker: [67, 69, 82, 84, 73, 70, 73, 67, 65, 84, 69]",
    ],
    ["no base64", root.pem.replace("\nM", "\n*"), "base64 decode error: InvalidCharacter(42)"],
    ["half of base64", root.pem.replace("\nM", "\n"), "base64 decode error"],
  ])("%s", (_, text, message) => {
    expect(() => certificatesOf(text)).toThrow(PemError);
    expect(() => certificatesOf(text)).toThrow(message);
  });
});
