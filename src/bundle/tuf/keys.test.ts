import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { codeOf, inPem, rewritten, type TestKey, testKey } from "../testing.ts";
import { expectDistinctKeys, keyIdOf, readKeys } from "./keys.ts";
import { PROFILES } from "./profile.ts";
import type { KeyJson } from "./schema.ts";
import type { SchemeName } from "./schemes.ts";

const MESSAGE = Buffer.from("message");

const read = (keys: readonly TestKey[], profile: keyof typeof PROFILES = "remit") =>
  readKeys(Object.fromEntries(keys.map(({ id, json }) => [id, json as KeyJson])), PROFILES[profile]);

const verifies = (key: TestKey, profile?: keyof typeof PROFILES): boolean =>
  read([key], profile)
    .get(key.id)
    ?.verify(MESSAGE, Buffer.from(key.sign(MESSAGE), "hex")) === true;

const pemOf = (key: KeyObject) => ({
  public: key.export({ type: "spki", format: "pem" }).toString(),
});

test.each<SchemeName>(["ed25519", "ecdsa-sha2-nistp256"])(
  "%s verifies what it signed, and nothing else",
  (scheme) => {
    const key = testKey(scheme);
    expect(verifies(key)).toBe(true);
    const signature = Buffer.from(key.sign(Buffer.from("other")), "hex");
    expect(read([key]).get(key.id)?.verify(MESSAGE, signature)).toBe(false);
  },
);

test("an Ed25519 key is read in hex and in PEM, and is the same", () => {
  const key = testKey();
  const pem = inPem(key);
  expect(verifies(pem)).toBe(true);
  expect(pem.id).not.toBe(key.id);
  expect(read([pem]).get(pem.id)?.fingerprint).toBe(read([key]).get(key.id)?.fingerprint ?? "");
});

test("members that are not known belong to the key id", () => {
  const key = testKey("ed25519", { "x-owner": "somebody" });
  expect(verifies(key)).toBe(true);
  const { "x-owner": _, ...without } = key.json;
  expect(keyIdOf(without)).not.toBe(key.id);
});

test("a key id that is not that of its key is refused", () => {
  const [key, other] = [testKey(), testKey()];
  expect(codeOf(() => read([{ ...key, id: other.id }]))).toBe("metadata_invalid");
});

test("RSA counts only where the profile takes it", () => {
  const key = testKey("rsassa-pss-sha256");
  expect(verifies(key)).toBe(false);
  expect(verifies(key, "tuf")).toBe(true);
});

describe("of a scheme that is not known", () => {
  const key = testKey();
  test.each([{ scheme: "ml-dsa-65", keytype: "ml-dsa" }, { scheme: "constructor" }, { keytype: "ecdsa" }])(
    "%j counts for nothing",
    (json) => {
      expect(read([key, rewritten(key, json)]).size).toBe(1);
    },
  );
});

describe("what is no key of its scheme", () => {
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const ed25519 = generateKeyPairSync("ed25519");
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const ecdsa = { keytype: "ecdsa", scheme: "ecdsa-sha2-nistp256" };
  const rsa = { keytype: "rsa", scheme: "rsassa-pss-sha256" };
  test.each([
    ["too short", { keyval: { public: "00" } }],
    ["no hex", { keyval: { public: "g".repeat(64) } }],
    ["a broken PEM", { keyval: { public: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" } }],
    ["a key of a curve", { keyval: pemOf(p256.publicKey) }],
    ["another curve", { ...ecdsa, keyval: pemOf(p384.publicKey) }],
    ["Ed25519 as ECDSA", { ...ecdsa, keyval: pemOf(ed25519.publicKey) }],
    [
      "a private key",
      { keyval: { public: ed25519.privateKey.export({ type: "pkcs8", format: "pem" }).toString() } },
    ],
    ["RSA that is too small", { ...rsa, keyval: pemOf(small.publicKey) }],
  ])("%s is refused", (_, json) => {
    expect(codeOf(() => read([rewritten(testKey(), json)], "tuf"))).toBe("metadata_invalid");
  });
});

describe("a role", () => {
  const [key, other] = [testKey(), testKey()];
  const pem = inPem(key);
  const named = rewritten(key, { "x-owner": "somebody" });
  const keys = read([key, other, pem, named]);
  test.each([
    ["twice the same id", [key.id, key.id]],
    ["one key in hex and in PEM", [key.id, pem.id]],
    ["one key under two ids", [key.id, other.id, named.id]],
    ["twice an id that has no key", ["x", "x"]],
  ])("with %s is refused", (_, ids) => {
    expect(codeOf(() => expectDistinctKeys("targets", ids, keys))).toBe("metadata_invalid");
  });

  test("with two keys is taken", () => {
    expect(() => expectDistinctKeys("targets", [key.id, other.id, "x"], keys)).not.toThrow();
  });
});
