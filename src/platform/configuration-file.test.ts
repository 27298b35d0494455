import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPrivateSecret, UntrustedFile } from "./configuration-file.ts";
import { LimitError } from "./limits.ts";
import { OsError } from "./os-error.ts";

const directory = mkdtempSync(join(tmpdir(), "remit-secret-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (text: string, mode: string): string => {
  const path = join(directory, "secret");
  writeFileSync(path, text);
  chmodSync(path, Number.parseInt(mode, 8));
  return path;
};

describe("a secret", () => {
  test.each(["600", "400"])("is the line of a file of mode %s", (mode) => {
    expect(readPrivateSecret(file(" s3cret\n", mode))).toBe("s3cret");
  });
  test.each(["640", "604", "620", "610"])("is none in a file of mode %s", (mode) => {
    expect(() => readPrivateSecret(file("s3cret", mode))).toThrow(UntrustedFile);
  });
  test("is short, and in a file", () => {
    expect(() => readPrivateSecret(file("x".repeat(4097), "600"))).toThrow(LimitError);
    expect(() => readPrivateSecret(directory)).toThrow(OsError);
    expect(() => readPrivateSecret("/dev/zero")).toThrow(OsError);
  });
  test.skipIf(process.geteuid?.() !== 0)("is none of another user (needs root, to make one)", () => {
    const path = file("s3cret", "600");
    chownSync(path, 65_534, 65_534);
    expect(() => readPrivateSecret(path)).toThrow("the file belongs to another user");
    rmSync(path);
  });
});
