/** Scripts that would never end or grow for ever are stopped, and the result names the limit. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { executable } from "../support/executable.ts";
import { ALLOW, type Result, Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

const ENDLESS = "loop { }";

test("a loop that never ends, by the number of its operations", () => {
  expect(work.run(ENDLESS)).toMatchObject({ exit: 1, error: { limit: "operations" } });
});

test("--timeout ends a script, also one that sleeps", () => {
  for (const script of [ENDLESS, "sleep(60)"]) {
    const began = performance.now();
    expect(work.run(script, ["--timeout", "0.3"])).toMatchObject({
      exit: 1,
      status: "ERROR",
      error: { error_type: "SCRIPT_EXCEPTION", limit: "timeMs" },
    });
    expect(performance.now() - began).toBeLessThan(10_000);
  }
  expect(work.run("sleep(0.1); 1", ["--timeout", "20"])).toMatchObject({ output: "1" });
});

test("--timeout ends a program that a script executes", () => {
  const open = 'DirConfig().path("/usr/bin").build().open(OpenDirOptions().build())';
  const script = `let f = ${open}.open_file("sleep", OpenFileOptions().read(true).build());
    f.execute(ExecuteOptions().args(["30"]).build())`;
  const began = performance.now();
  expect(work.run(script, ["--timeout", "0.5"])).toMatchObject({ exit: 1, error: { limit: "timeMs" } });
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("a native function that does not end is ended with the process", async () => {
  // Each comparison goes through megabytes, and sorting asks nobody whether it may go on.
  const script = `let a = "x"; while a.len() < 20000000 { a += a; } let b = a + "1"; let c = a + "2";
    let v = []; for i in 0..30000 { v.push(if i % 2 == 0 { b } else { c }); } v.sort();`;
  const args = ["-e", script, "-p", work.file("p.cedar", ALLOW), "--timeout", "1"];
  const child = spawn(executable(), args, { cwd: work.path, stdio: "ignore" });
  expect(await once(child, "exit")).toEqual([null, "SIGALRM"]);
});

test("recursion", () => {
  expect(work.run("fn f(x) { f(x + 1) } f(0)")).toMatchObject({ exit: 1, error: { limit: "callDepth" } });
});

test("100,000 brackets do not compile", () => {
  for (const [open, close] of ["()", "[]", "{}"]) {
    const script = `${open?.repeat(100_000)}1${close?.repeat(100_000)}`;
    const { exit, error } = work.run(script);
    expect([exit, error?.error_type]).toEqual([1, "SCRIPT_EXCEPTION"]);
  }
});

test("a string, an array, all memory", () => {
  const limitOf = (script: string) => work.run(script).error?.limit;
  expect(limitOf('let s = "a"; loop { s += s; }')).toBe("stringBytes");
  expect(limitOf("let a = []; loop { a.push(1); }")).toBe("arrayItems");
  expect(limitOf("let a = []; loop { a.push(a); }")).toBe("memoryBytes");
});

test("a result beyond its bound is replaced by one that says so", () => {
  const script = 'let s = ""; s.pad(20000000, "\\u0001"); s';
  expect(work.run(script)).toMatchObject({ exit: 0, output: "", error: { limit: "outputBytes" } });
});

/** Runs a script that makes `ready<seconds>` and then sleeps; it has asked by then whether it may go on. */
async function sleeper(seconds: number) {
  const script = `mkdir("${work.path}/ready${seconds}"); sleep(${seconds}); "ended"`;
  const args = ["-e", script, "-p", work.file("p.cedar", ALLOW)];
  const child = spawn(executable(), args, { cwd: work.path, stdio: ["ignore", "pipe", "ignore"] });
  const output = text(child.stdout);
  const ended = once(child, "exit");
  while (!existsSync(join(work.path, `ready${seconds}`))) await Bun.sleep(10);
  child.kill("SIGTERM");
  return { child, ended, result: async () => JSON.parse(await output) as Result };
}

test("SIGTERM leaves a script ten seconds to end", async () => {
  const began = performance.now();
  const [patient, stubborn] = await Promise.all([sleeper(1), sleeper(40)]);
  expect(await patient.result()).toMatchObject({ output: "ended" });
  const { status, error } = await stubborn.result();
  expect([status, error?.message]).toEqual([
    "ERROR",
    expect.stringContaining("Script terminated: SIGTERM timeout exceeded"),
  ]);
  const seconds = (performance.now() - began) / 1000;
  expect(seconds).toBeGreaterThan(9);
  expect(seconds).toBeLessThan(30);
});

test("the second SIGTERM ends it at once", async () => {
  const { child, ended } = await sleeper(30);
  await Bun.sleep(100);
  child.kill("SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
});
