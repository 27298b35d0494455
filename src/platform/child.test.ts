import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Takes all descriptors that there are but `free`, and starts a process. */
const script = (free: number): string => `
  const { closeSync, openSync } = require("node:fs");
  const { startSelf } = require(${JSON.stringify(join(import.meta.dirname, "child.ts"))});
  const taken = [];
  try { for (;;) taken.push(openSync("/dev/null", "r")); } catch {}
  for (const fd of taken.splice(0, ${free})) closeSync(fd);
  const child = startSelf({ args: [], lineBytes: 100, onLine: () => undefined, program: "/bin/true" });
  child.send("x");
  child.close();
  child.ended.then((how) => console.log(JSON.stringify(how)));`;

const started = (free: number): string =>
  spawnSync("/bin/sh", ["-c", 'ulimit -n 64; exec "$0" -e "$1"', process.execPath, script(free)], {
    encoding: "utf8",
  }).stdout.trim();

test("one that cannot be started has ended, and nothing else happens", () => {
  expect(started(0)).toBe('{"code":null,"signal":null}');
  expect(started(30)).toBe('{"code":0,"signal":null}');
});
