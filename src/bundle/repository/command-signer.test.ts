import { afterAll, describe, expect, test } from "bun:test";
import { createPublicKey, sign, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signByCommand } from "./command-signer.ts";
import { encodeKey, generateKey } from "./private-key.ts";

const directory = mkdtempSync(join(tmpdir(), "remit-signer-"));
afterAll(() => rmSync(directory, { recursive: true }));

const BYTES = Buffer.from('{"_type":"targets"}');
const key = generateKey("ed25519");
const signature = sign(null, BYTES, key);
const publicFile = join(directory, "key.pub");
const verifies = (bytes: Uint8Array) => verify(null, BYTES, createPublicKey(key), bytes);

function program(text: string): string {
  const path = join(directory, "signer");
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
  return path;
}

const signed = (text: string) => signByCommand({ path: program(text), publicFile }, BYTES, verifies);

const answer = join(directory, "answer");
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => "signed",
    (error: Error & { code?: string }) => `${error.code}: ${error.message.replaceAll(directory, "")}`,
  );

describe("an answer is taken", () => {
  test.each(["latin1", "hex", "base64"] as const)("in %s", async (encoding) => {
    writeFileSync(answer, signature.toString(encoding), "latin1");
    expect(Buffer.from(await signed(`cat ${answer}`)).equals(signature)).toBe(true);
  });

  test("with lines in between", async () => {
    writeFileSync(answer, (signature.toString("base64").match(/.{1,20}/g) ?? []).join("\n"));
    expect(Buffer.from(await signed(`cat ${answer}`)).equals(signature)).toBe(true);
  });
});

test("it is given the bytes, and the public key as an absolute path", async () => {
  writeFileSync(answer, signature);
  writeFileSync(publicFile, "public");
  const script = `[ "$#" = 1 ] && [ "$1" = "${publicFile}" ] && [ "$(cat)" = '${BYTES}' ] && cat ${answer}`;
  expect((await signed(script)).length).toBe(64);
});

test("OpenSSL signs", async () => {
  const file = join(directory, "key.pem");
  writeFileSync(file, encodeKey(key), { mode: 0o600 });
  // It takes the bytes of an Ed25519 signature from a file only.
  const script = `t=$(mktemp) && trap 'rm -f "$t"' EXIT && cat >"$t" && openssl pkeyutl -sign -rawin -inkey ${file} -in "$t"`;
  expect(Buffer.from(await signed(script)).equals(signature)).toBe(true);
});

describe("an answer is refused", () => {
  const other = sign(null, BYTES, generateKey("ed25519"));
  test.each([
    ["by another key", `echo ${other.toString("hex")}`],
    ["of other bytes", `echo ${sign(null, Buffer.from("{}"), key).toString("hex")}`],
    ["cut short", `echo ${signature.toString("hex").slice(2)}`],
    ["with more behind it", `echo ${signature.toString("hex")}00`],
    ["empty", ""],
  ])("%s", async (_, text) => {
    expect(await refusal(signed(text))).toStartWith("signer: what the signer /signer answers");
  });

  test("of a program that failed, whatever it says", async () => {
    const text = `echo ${signature.toString("hex")}; exit 1`;
    expect(await refusal(signed(text))).toBe(
      "signer: the signer /signer signed nothing: it ended with status 1",
    );
    expect(await refusal(signed("kill -9 $$"))).toEndWith("a signal ended it");
  });

  test("that does not end", async () => {
    expect(await refusal(signed("yes"))).toBe(
      "signer: the signer /signer was ended: limit signerOutputBytes exceeded: at most 4096",
    );
  });
});

test("no name is searched for", async () => {
  const call = signByCommand({ path: "openssl", publicFile }, BYTES, verifies);
  expect(await refusal(call)).toBe('signer: the signer is given as a path: --signer "$(command -v openssl)"');
  const missing = signByCommand({ path: join(directory, "none"), publicFile }, BYTES, verifies);
  expect(await refusal(missing)).toContain("No such file or directory");
});
