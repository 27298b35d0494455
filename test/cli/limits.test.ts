/** Scripts that would never end or grow for ever are stopped, and the result names the limit. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { ALLOW, type Result, Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

const ENDLESS = "loop { }";

test("a loop that never ends, by the number of its operations", () => {
  expect(work.run(ENDLESS)).toMatchObject({ exit: 0, error: { limit: "operations" } });
});

test("--timeout ends a script, also one that sleeps", () => {
  for (const script of [ENDLESS, "sleep(60)"]) {
    const began = performance.now();
    expect(work.run(script, ["--timeout", "0.3"])).toMatchObject({
      exit: 0,
      status: "ERROR",
      error: { error_type: "SCRIPT_EXCEPTION", limit: "timeMs" },
    });
    expect(performance.now() - began).toBeLessThan(10_000);
  }
  expect(work.run("sleep(0.1); 1", ["--timeout", "20"])).toMatchObject({ output: "1" });
});

test("recursion", () => {
  expect(work.run("fn f(x) { f(x + 1) } f(0)")).toMatchObject({ exit: 0, error: { limit: "callDepth" } });
});

test("100,000 brackets do not compile", () => {
  for (const [open, close] of ["()", "[]", "{}"]) {
    const script = `${open?.repeat(100_000)}1${close?.repeat(100_000)}`;
    const { exit, error } = work.run(script);
    expect([exit, error?.error_type]).toEqual([0, "SCRIPT_EXCEPTION"]);
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

test("SIGTERM leaves a script time to end; the second one does not", async () => {
  work.file("p.cedar", ALLOW);
  const start = (script: string) =>
    spawn(executable(), ["-s", work.file("s.rhai", script), "-p", join(work.path, "p.cedar")], {
      cwd: work.path,
      stdio: ["ignore", "pipe", "ignore"],
    });
  // Made when the script runs: the engine has asked by then whether it may go on.
  const script = (seconds: number) => `mkdir("${work.path}/ready${seconds}"); sleep(${seconds}); "ended"`;
  const ready = async (seconds: number) => {
    while (!existsSync(join(work.path, `ready${seconds}`))) await Bun.sleep(10);
  };

  const patient = start(script(1));
  await ready(1);
  patient.kill("SIGTERM");
  expect(JSON.parse(await new Response(patient.stdout as never).text()) as Result).toMatchObject({
    output: "ended",
  });

  const impatient = start(script(30));
  await ready(30);
  impatient.kill("SIGTERM");
  await Bun.sleep(100);
  impatient.kill("SIGTERM");
  const signal = await new Promise((resolve) => impatient.on("exit", (_code, name) => resolve(name)));
  expect(signal).toBe("SIGTERM");
});
