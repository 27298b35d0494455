import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { giveBack, Quiet } from "./bun-memory.ts";

const mapped = (): number =>
  Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);

test("what the executable's code takes is given back, and comes again as it is used", () => {
  const before = mapped();
  giveBack();
  expect(mapped()).toBeLessThan(before);
  expect([..."any code"].map((character) => character.toUpperCase()).join("")).toBe("ANY CODE");
});

test("it is quiet once nothing has been done for so long, and only after something was", async () => {
  const moments: number[] = [];
  let resolve: () => void = () => undefined;
  const quiet = new Quiet(60, () => {
    moments.push(performance.now());
    resolve();
  });
  await Bun.sleep(120);
  expect(moments).toEqual([]);
  let last = 0;
  for (const _ of ["once", "again"]) {
    const acted = new Promise<void>((done) => {
      resolve = done;
    });
    for (let turn = 0; turn < 4; turn++) {
      quiet.broken();
      last = performance.now();
      await Bun.sleep(20);
    }
    await acted;
    expect(moments.pop()).toBeGreaterThanOrEqual(last + 59);
  }
});
