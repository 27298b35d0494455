import { afterEach, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./bun-testing.ts";
import { beginTime, expectTime, timeLeft } from "./deadline.ts";
import { readAt, writeAll } from "./file/content.ts";
import { LIMITS, LimitError } from "./limits.ts";
import { execute } from "./process.ts";

const root = temporaryDirectory();
afterEach(() => beginTime(Number.POSITIVE_INFINITY));

test("within its time nothing is refused", () => {
  beginTime(60_000);
  expect(timeLeft()).toBeGreaterThan(50_000);
  expect(expectTime).not.toThrow();
});

test("nothing is read or written after it", () => {
  const path = join(root, "file");
  const fd = openSync(path, "w+");
  writeAll(fd, Buffer.from("before"), 0);
  beginTime(0);
  expect(timeLeft()).toBe(0);
  expect(() => readAt(fd, new Uint8Array(1), 0)).toThrow(LimitError);
  expect(() => writeAll(fd, Buffer.from("after"), 0)).toThrow("limit timeMs exceeded: at most 0");
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe("before");
});

test("a program is killed with it", () => {
  const fd = openSync("/bin/sleep", "r");
  beginTime(300);
  const options = { env: {}, maxOutput: 10, timeoutMs: LIMITS.executeTimeMs };
  const began = performance.now();
  expect(() => execute(fd, ["sleep", "20"], options)).toThrow("limit timeMs exceeded: at most 300");
  expect(performance.now() - began).toBeLessThan(10_000);
  closeSync(fd);
});
