import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Ends how, and said what: a process that is sent SIGHUP twice before it heeds the signal. */
function processThat(begins: string) {
  const module = JSON.stringify(join(import.meta.dirname, "hangups.ts"));
  const code = `import { heedHangups, takeHangups } from ${module};
    ${begins}
    for (let count = 0; count < 2; count++) { process.kill(process.pid, "SIGHUP"); await Bun.sleep(20); }
    let heeded = 0;
    await new Promise((done) => heedHangups(async () => { console.log("heeded"); if (++heeded === 2) done(); }));
    process.kill(process.pid, "SIGHUP");
    await Bun.sleep(50);`;
  const { signal, stdout } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8", timeout: 20_000 });
  return { signal, said: stdout };
}

test("what came before it is heeded is not lost, and neither is what comes later", () => {
  expect(processThat("takeHangups();")).toEqual({ signal: null, said: "heeded\n".repeat(3) });
});

test("a process that does not take it is ended", () => {
  expect(processThat("")).toEqual({ signal: "SIGHUP", said: "" });
});
