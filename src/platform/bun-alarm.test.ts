import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const MODULE = JSON.stringify(join(import.meta.dirname, "bun-alarm.ts"));

/** Runs `script` in a process of its own, which is what the alarm ends. */
const run = (script: string) =>
  spawnSync(process.execPath, ["-e", `const { endProcessAfter } = await import(${MODULE});${script}`], {
    encoding: "utf8",
    timeout: 30_000,
  });

test("a process that does not return to anybody is ended", () => {
  expect(run("endProcessAfter(300); for (;;);")).toMatchObject({ signal: "SIGALRM", stdout: "" });
});

test("one that calls it off goes on", () => {
  const script = "endProcessAfter(300)(); const end = performance.now() + 1500;";
  expect(run(`${script} while (performance.now() < end); console.log("lives");`)).toMatchObject({
    status: 0,
    stdout: "lives\n",
  });
});
