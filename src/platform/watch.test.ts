import { afterAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchFile } from "./watch.ts";

const directory = mkdtempSync(join(tmpdir(), "remit-watch-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

for (const [what, change] of [
  ["written to", (path: string) => appendFileSync(path, "x")],
  ["taken away", (path: string) => rmSync(path)],
] as const) {
  test(`a file that is ${what}`, async () => {
    const path = join(directory, "file");
    writeFileSync(path, "");
    let watch = { end: (): void => undefined };
    const changed = new Promise<string>((resolve) => {
      watch = watchFile(path, () => resolve("changed"));
    });
    change(path);
    expect(await changed).toBe("changed");
    watch.end();
  });
}

test("where nothing can be watched it looks by itself", async () => {
  let looked = 0;
  await new Promise<void>((resolve) => {
    const watch = watchFile(join(directory, "none"), () => {
      if (++looked < 3) return;
      watch.end();
      resolve();
    });
    // The timer holds no process back.
    const alive = setInterval(() => undefined, 10);
    setTimeout(() => clearInterval(alive), 5000).unref();
  });
  expect(looked).toBe(3);
});

test("of two writes that follow each other closely the second is seen, too", async () => {
  const path = join(directory, "twice");
  writeFileSync(path, "0");
  // Another process, which waits a little longer between the two each time.
  const script = `
    const { openSync, writeSync } = require("node:fs");
    const file = openSync(process.argv[1], "r+");
    let turn = 0;
    process.stdin.on("data", () => {
      turn++;
      writeSync(file, "x", 100);
      for (const end = performance.now() + (turn % 20) / 200; performance.now() < end; );
      writeSync(file, String(turn), 0);
      process.stdout.write(".");
    });`;
  const writer = spawn(process.execPath, ["-e", script, path], { stdio: ["pipe", "pipe", "inherit"] });
  let seen = 0;
  let tell = (): void => undefined;
  const watch = watchFile(path, () => {
    seen = Number.parseInt(readFileSync(path, "latin1"), 10);
    tell();
  });
  for (let turn = 1; turn <= 100; turn++) {
    writer.stdin.write("w");
    await new Promise<void>((resolve) => {
      tell = () => {
        if (seen === turn) resolve();
      };
    });
  }
  watch.end();
  writer.stdin.end();
}, 20_000);
