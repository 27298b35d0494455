import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory } from "./bun-testing.ts";
import { readInput } from "./input.ts";
import { LimitError } from "./limits.ts";

const directory = temporaryDirectory();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("reads a file, also by a link", () => {
  writeFileSync(join(directory, "file"), "content");
  symlinkSync("file", join(directory, "link"));
  expect(text(readInput(join(directory, "file"), 7))).toBe("content");
  expect(text(readInput(join(directory, "link"), 7))).toBe("content");
});

test("refuses a file that is too large", () => {
  expect(() => readInput(join(directory, "file"), 6)).toThrow(LimitError);
});

test("refuses what is no file", () => {
  expect(codeOf(() => readInput(directory, 10))).toBe("EISDIR");
  expect(codeOf(() => readInput("/dev/zero", 10))).toBe("EINVAL");
  expect(codeOf(() => readInput(join(directory, "missing"), 10))).toBe("ENOENT");
  expect(codeOf(() => readInput(join(directory, "a\0b"), 10))).not.toBe("no error");
});

test("a FIFO without a writer does not hold us up", () => {
  spawnSync("mkfifo", [join(directory, "fifo")]);
  expect(readInput(join(directory, "fifo"), 10).length).toBe(0);
});

/** What `expression` prints in another process that gets `input`. */
function inChild(expression: string, input: string): string {
  const module = join(import.meta.dirname, "input.ts");
  const code = `import * as module from ${JSON.stringify(module)}; ${expression}`;
  const { stdout } = spawnSync(process.execPath, ["-e", code], { input, encoding: "utf8" });
  return stdout;
}

test("reads standard input to its end, but not beyond the limit", () => {
  const large = "x".repeat(200_000);
  expect(inChild("console.log(module.readStandardInput(200000).length)", large)).toBe("200000\n");
  expect(
    inChild("try { module.readStandardInput(199999) } catch (error) { console.log(error.limit) }", large),
  ).toBe("inputBytes\n");
  expect(inChild("console.log(module.readStandardInput(10).length)", "")).toBe("0\n");
});

test("waits for what a pipe brings", () => {
  const module = join(import.meta.dirname, "input.ts");
  const code = `import { readInput } from "${module}"; console.log(readInput(process.argv[1], 100).length)`;
  const script = `"$0" -e '${code}' <(echo -n a; sleep 0.2; echo -n b)`;
  const { stdout } = spawnSync("bash", ["-c", script, process.execPath], { encoding: "utf8" });
  expect(stdout).toBe("2\n");
});
