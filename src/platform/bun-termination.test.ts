import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const MODULE = JSON.stringify(join(import.meta.dirname, "bun-termination.ts"));
const KILL = "process.kill(process.pid, 'SIGTERM');";

/** Runs `script` in a process of its own: the disposition of a signal is the whole process's. */
const run = (script: string) =>
  spawnSync(process.execPath, ["-e", `const { watchTermination } = await import(${MODULE});${script}`], {
    encoding: "utf8",
  });

test("the first SIGTERM is seen without the event loop", () => {
  const script = `const asked = watchTermination(); const before = asked(); ${KILL} console.log(before, asked());`;
  expect(run(script)).toMatchObject({ stdout: "false true\n", status: 0 });
});

test("the second SIGTERM ends the process", () => {
  expect(run(`watchTermination(); ${KILL} ${KILL} console.log("lives");`)).toMatchObject({
    stdout: "",
    signal: "SIGTERM",
  });
});
