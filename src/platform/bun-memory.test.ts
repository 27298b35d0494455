import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { giveBack } from "./bun-memory.ts";

const mapped = (): number =>
  Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);

test("what the executable's code takes is given back, and comes again as it is used", () => {
  const before = mapped();
  giveBack();
  expect(mapped()).toBeLessThan(before);
  expect([..."any code"].map((character) => character.toUpperCase()).join("")).toBe("ANY CODE");
});
