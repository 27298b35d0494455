import { afterAll, describe, expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namedKey, nameOf, nameOfFile, publicKeyFile, readPublicKey } from "./named-key.ts";
import { encodeKey, generateKey, KEY_KINDS } from "./private-key.ts";

const directory = mkdtempSync(join(tmpdir(), "remit-keys-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function refusal(name: string, text: string): string {
  try {
    readPublicKey(file(name, text));
  } catch (error) {
    return (error as Error).message.replace(`${directory}/`, "");
  }
  return "read";
}

describe.each([...KEY_KINDS])("%s", (kind) => {
  const key = generateKey(kind);
  const named = namedKey(key, "alice");

  test("its file gives the same key", () => {
    const { id, name, json, key } = readPublicKey(file("other.pub", publicKeyFile(named)));
    expect({ id, name, json, fingerprint: key.fingerprint }).toEqual({
      id: named.id,
      name: "alice",
      json: named.json,
      fingerprint: named.key.fingerprint,
    });
  });

  test("in PEM it is called as its file", () => {
    const pem = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
    const read = readPublicKey(file("alice.pem", pem));
    expect([read.name, read.id]).toEqual(["alice", named.id]);
  });

  test("a private key is none", () => {
    expect(refusal("a.pub", encodeKey(key))).toBe(
      "a.pub: this is a private key; the public one ends in .pub",
    );
  });
});

test("the name of a key is a part of it", () => {
  const key = generateKey("ed25519");
  const [alice, bob] = [namedKey(key, "alice"), namedKey(key, "bob")];
  expect(alice.id).not.toBe(bob.id);
  expect(alice.key.fingerprint).toBe(bob.key.fingerprint);
  const text = publicKeyFile(alice).replace('"alice"', '"bob"');
  expect(refusal("a.pub", text)).toBe("a.pub: its keyid is another one than its content has");
});

test("names that would be read as something else are refused", () => {
  const key = generateKey("ed25519");
  for (const name of ["", "-x", "a b", "a,b", "a\u001b[31m", "x".repeat(65)]) {
    expect(() => namedKey(key, name)).toThrow("is no name of a key");
  }
  const json = { keytype: "ed25519", scheme: "ed25519", keyval: { public: "" } };
  expect(nameOf("0123456789abcdef", { ...json, "x-remit-name": "a\nb" })).toBe("0123456789ab");
  expect(nameOf("0123456789abcdef", undefined)).toBe("0123456789ab");
});

test("the name of a file without what says that it is a key", () => {
  const names = ["keys/alice.pub", "alice.key.pub", "alice.pem", "alice", "./al.ice.pub"].map(nameOfFile);
  expect(names).toEqual(["alice", "alice", "alice", "alice", "al.ice"]);
});

test("what is no public key of ours", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  const pem = rsa.export({ type: "spki", format: "pem" }).toString();
  for (const text of [
    "",
    "{}",
    "[]",
    "null",
    "text",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
  ]) {
    expect(refusal("a.pub", text)).toStartWith("a.pub: this is no public key");
  }
  expect(refusal("a.pub", pem)).toStartWith("a.pub: keys of ed25519 and ecdsa-p256 sign bundles");
  expect(refusal("missing/../a.pub", "")).toContain("no public key");
  expect(() => readPublicKey(join(directory, "missing"))).toThrow("No such file or directory");
  expect(() => readPublicKey(file("large", "x".repeat(20_000)))).toThrow("limit");
});
