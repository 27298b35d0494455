import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectNewKey, readPrivateKey, writeKeyPair } from "./key-files.ts";
import { readPublicKey } from "./named-key.ts";
import { generateKey } from "./private-key.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "remit-key-files-"));
  path = join(directory, "alice");
});
afterEach(() => rmSync(directory, { recursive: true }));

const PASSPHRASE = "correct horse";
const key = generateKey("ed25519");

test("both halves are written, the private one for its owner alone", () => {
  const named = writeKeyPair(path, key, PASSPHRASE);
  expect([statSync(path).mode & 0o777, statSync(`${path}.pub`).mode & 0o777]).toEqual([0o600, 0o644]);
  expect(readPublicKey(`${path}.pub`)).toMatchObject({ id: named.id, name: "alice" });
  expect(readPrivateKey(path, () => PASSPHRASE).equals(key)).toBe(true);
  expect(readFileSync(path, "utf8")).toStartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
});

test("no file is overwritten, and of a pair that cannot be written nothing is left", () => {
  writeFileSync(`${path}.pub`, "mine");
  expect(() => expectNewKey(path)).toThrow("never overwritten");
  expect(() => writeKeyPair(path, key, PASSPHRASE)).toThrow(
    "alice.pub: there is a file of this name already",
  );
  expect([existsSync(path), readFileSync(`${path}.pub`, "utf8")]).toEqual([false, "mine"]);
  rmSync(`${path}.pub`);
  expectNewKey(path);
  writeFileSync(path, "mine");
  expect(() => expectNewKey(path)).toThrow("never overwritten");
  expect(() => writeKeyPair(path, key, PASSPHRASE)).toThrow("alice: there is a file of this name already");
  expect([existsSync(`${path}.pub`), readFileSync(path, "utf8")]).toEqual([false, "mine"]);
});

test("a short passphrase and a folder that is not there", () => {
  expect(() => writeKeyPair(path, key, "short")).toThrow("at least 8 characters");
  expect(existsSync(path)).toBe(false);
  expect(() => writeKeyPair(join(directory, "none/alice"), key, PASSPHRASE)).toThrow(
    "No such file or directory",
  );
});

test("a private key that others can read is not used", () => {
  writeKeyPair(path, key, undefined);
  expect(readPrivateKey(path, () => "").equals(key)).toBe(true);
  chmodSync(path, 0o640);
  expect(() => readPrivateKey(path, () => "")).toThrow("alice: the file is open to others (mode 640;");
  chmodSync(path, 0o600);
  expect(() => readPrivateKey(join(directory, "bob"), () => "")).toThrow("bob: No such file or directory");
});

test("a wrong passphrase says which key", () => {
  writeKeyPair(path, key, PASSPHRASE);
  expect(() => readPrivateKey(path, () => "wrong")).toThrow("alice: the passphrase is wrong");
});
