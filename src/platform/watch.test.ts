import { afterAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
