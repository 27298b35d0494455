import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { BundleError } from "../errors.ts";
import { decodeKey, encodeKey, encryptKey, generateKey, KEY_KINDS, kindOf } from "./private-key.ts";

const PASSPHRASE = "correct horse ⚡";
const asked = (answer: string) => () => answer;
const unasked = () => {
  throw new Error("nobody is to be asked");
};
const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    return error instanceof BundleError ? error.code : String(error);
  }
  return undefined;
};

/** What OpenSSL answers to `args` with `input`; its passphrases are given as files are. */
const openssl = (args: readonly string[], input: string) =>
  spawnSync("openssl", [...args, "-passin", `pass:${PASSPHRASE}`], { input, encoding: "utf8" });

describe.each([...KEY_KINDS])("%s", (kind) => {
  const key = generateKey(kind);

  test("as it is, and encrypted", () => {
    expect(kindOf(key)).toBe(kind);
    expect(decodeKey(encodeKey(key), unasked).equals(key)).toBe(true);
    expect(decodeKey(encryptKey(key, PASSPHRASE), asked(PASSPHRASE)).equals(key)).toBe(true);
  });

  test("OpenSSL reads both", () => {
    for (const text of [encodeKey(key), encryptKey(key, PASSPHRASE)]) {
      const { stdout, stderr } = openssl(["pkey"], text);
      expect([stdout, stderr]).toEqual([encodeKey(key), ""]);
    }
  });

  test("what OpenSSL encrypts is read, if not its scrypt", () => {
    const encrypt = (...how: string[]) =>
      spawnSync("openssl", ["pkcs8", "-topk8", ...how, "-passout", `pass:${PASSPHRASE}`], {
        input: encodeKey(key),
        encoding: "utf8",
      }).stdout;
    expect(decodeKey(encrypt("-v2", "aes-256-cbc"), asked(PASSPHRASE)).equals(key)).toBe(true);
    expect(codeOf(() => decodeKey(encrypt("-scrypt"), asked(PASSPHRASE)))).toBe("key_file");
  });

  test("another passphrase opens nothing, and no passphrase is in the file", () => {
    const text = encryptKey(key, PASSPHRASE);
    for (const wrong of ["", PASSPHRASE.slice(1), `${PASSPHRASE} `]) {
      expect(codeOf(() => decodeKey(text, asked(wrong)))).toBe("passphrase");
    }
  });
});

test("salts are never the same", () => {
  const key = generateKey("ed25519");
  expect(encryptKey(key, PASSPHRASE)).not.toBe(encryptKey(key, PASSPHRASE));
});

test("a short passphrase is refused", () => {
  const key = generateKey("ed25519");
  for (const short of ["", "1234567", "⚡⚡⚡⚡⚡⚡⚡"])
    expect(codeOf(() => encryptKey(key, short))).toBe("passphrase");
});

test("what is no key that signs bundles", () => {
  const other = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const publicKey = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" });
  for (const text of ["", "hello", encodeKey(other), publicKey.toString()]) {
    expect(codeOf(() => decodeKey(text, unasked))).toBe("key_file");
  }
});
