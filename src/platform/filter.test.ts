import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./bun-testing.ts";
import { filter } from "./filter.ts";

const directory = temporaryDirectory();
const OPTIONS = { maxOutput: 100, outputLimit: "output", timeoutMs: 20_000, timeLimit: "time" };

function program(name: string, text: string, mode = 0o700): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode });
  return path;
}

const run = (text: string, options = {}) =>
  filter(program("program", text), ["a b", "$(c)"], Buffer.from("in"), { ...OPTIONS, ...options });

test("it gets its input and arguments as they are, and its answer comes back", async () => {
  const { exitCode, stdout } = await run('printf "%s," "$@"; cat; exit 3');
  expect([exitCode, Buffer.from(stdout).toString()]).toEqual([3, "a b,$(c),in"]);
});

test("one that does not read its input", async () => {
  const large = Buffer.alloc(1_000_000);
  const { exitCode } = await filter(program("deaf", "exec <&-; exit 0"), [], large, OPTIONS);
  expect(exitCode).toBe(0);
});

test("one that answers too much is ended", async () => {
  await expect(run("yes")).rejects.toMatchObject({ limit: "output", maximum: 100 });
  expect((await run("head -c 100 /dev/zero")).stdout.length).toBe(100);
});

test("one that takes too long is ended with what it started", async () => {
  const pid = join(directory, "pid");
  const slow = `sleep 1000 & echo $! >${pid}.new && mv ${pid}.new ${pid}; wait`;
  await expect(run(slow, { timeoutMs: 500 })).rejects.toMatchObject({ limit: "time", maximum: 500 });
  const stat = `/proc/${readFileSync(pid, "utf8").trim()}/stat`;
  expect(!existsSync(stat) || readFileSync(stat, "utf8").includes(") Z ")).toBe(true);
});

test("one that cannot be started says why", async () => {
  const missing = await filter(join(directory, "missing"), [], Buffer.alloc(0), OPTIONS);
  expect(missing).toMatchObject({ exitCode: undefined, failure: "No such file or directory (os error 2)" });
  const closed = await filter(program("closed", "", 0o600), [], Buffer.alloc(0), OPTIONS);
  expect(closed.failure).toBe("Permission denied (os error 13)");
});

test("a signal is no exit status", async () => {
  expect((await run("kill -9 $$")).exitCode).toBeUndefined();
});

test("what would load foreign code is not in its environment", async () => {
  process.env["LD_AUDIT_TEST"] = "1";
  try {
    expect(Buffer.from((await run('printf "%s" "$LD_AUDIT_TEST${PATH:+path}"')).stdout).toString()).toBe(
      "path",
    );
  } finally {
    delete process.env["LD_AUDIT_TEST"];
  }
});
