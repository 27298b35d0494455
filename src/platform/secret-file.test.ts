import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./bun-testing.ts";
import { UntrustedFile } from "./configuration-file.ts";
import { LimitError } from "./limits.ts";
import { readPrivateFile } from "./secret-file.ts";

const path = join(temporaryDirectory(), "secret");

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
