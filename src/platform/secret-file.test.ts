import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./bun-testing.ts";
import { UntrustedFile } from "./configuration-file.ts";
import { LimitError } from "./limits.ts";
import { OsError } from "./os-error.ts";
import { readOwnSecret, readPrivateFile } from "./secret-file.ts";

const directory = temporaryDirectory();
const path = join(directory, "secret");

test("a private file is read only while it is its owner's alone", () => {
  writeFileSync(path, "secret\n", { mode: 0o600 });
  expect(Buffer.from(readPrivateFile(path)).toString()).toBe("secret\n");
  for (const mode of [0o640, 0o604, 0o610, 0o666]) {
    chmodSync(path, mode);
    expect(() => readPrivateFile(path)).toThrow(UntrustedFile);
  }
  chmodSync(path, 0o400);
  expect(readPrivateFile(path).length).toBe(7);
});

test("it has a bound", () => {
  chmodSync(path, 0o600);
  writeFileSync(path, "x".repeat(4097));
  expect(() => readPrivateFile(path)).toThrow(LimitError);
});

test("a descriptor goes by its name", () => {
  const code = `import { readPrivateFile } from ${JSON.stringify(join(import.meta.dirname, "secret-file.ts"))};
    console.log(Buffer.from(readPrivateFile("/dev/fd/3")).toString());`;
  const script = `"$0" -e "$1" 3< <(printf secret)`;
  const { stdout } = spawnSync("bash", ["-c", script, process.execPath, code], { encoding: "utf8" });
  expect(stdout).toBe("secret\n");
});

const file = (text: string, mode: string): string => {
  const secret = join(directory, "own");
  writeFileSync(secret, text);
  chmodSync(secret, Number.parseInt(mode, 8));
  return secret;
};

describe("a secret of the agent", () => {
  test.each(["600", "400"])("is the line of a file of mode %s", (mode) => {
    expect(readOwnSecret(file(" s3cret\n", mode))).toBe("s3cret");
  });
  test.each(["640", "604", "620", "610"])("is none in a file of mode %s", (mode) => {
    expect(() => readOwnSecret(file("s3cret", mode))).toThrow(UntrustedFile);
  });
  test("is short, and in a file", () => {
    expect(() => readOwnSecret(file("x".repeat(4097), "600"))).toThrow(LimitError);
    expect(() => readOwnSecret(directory)).toThrow(OsError);
    expect(() => readOwnSecret("/dev/zero")).toThrow(OsError);
    const pipe = join(directory, "pipe");
    expect(spawnSync("mkfifo", ["-m", "600", pipe]).status).toBe(0);
    expect(() => readOwnSecret(pipe)).toThrow(OsError);
  });
  test.skipIf(process.geteuid?.() !== 0)("is none of another user (needs root, to make one)", () => {
    const path = file("s3cret", "600");
    chownSync(path, 65_534, 65_534);
    expect(() => readOwnSecret(path)).toThrow("the file belongs to another user");
    rmSync(path);
  });
});
