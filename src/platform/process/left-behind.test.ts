import { afterEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory } from "../bun-testing.ts";
import { beginTime } from "../deadline.ts";
import { closing } from "../file/descriptor.ts";
import { Cancelled, LIMITS, LimitError } from "../limits.ts";
import { openProcess } from "../process.ts";
import { endRun } from "../run-end.ts";
import { leftBehind, reapOrphans } from "./left-behind.ts";
import { shell } from "./testing.ts";
import type { ExecuteOptions } from "./types.ts";

const directory = temporaryDirectory();

/** Starts `sleep` as a daemon: its parent has ended, it is in a session of its own and holds none of our pipes. */
const DAEMON = "setsid sh -c 'sleep 60 & echo $! > $0; sleep 60' $FILE >/dev/null 2>&1 &";

describe("what programs leave behind", () => {
  afterEach(endRun);

  const file = join(directory, "daemon");
  /** Starts a daemon and whatever else `command` says, which may meet a limit; returns the number of the daemon's child. */
  const daemon = (command = "", options: Partial<ExecuteOptions> = {}): number => {
    const wait = "while ! [ -s $FILE ]; do :; done";
    const all = { env: { FILE: file, PATH }, ...options };
    const run = () => shell(`rm -f $FILE; ${DAEMON} ${wait}; ${command}`, all);
    if (command === "") run();
    else expect(run).toThrow(LimitError);
    return Number(readFileSync(file, "utf8"));
  };
  const PATH = "/usr/bin:/bin";
  const isAlive = (pid: number): boolean => codeOf(() => closing(openProcess(pid), () => {})) === "no error";

  test("lives on until the run is over, and not longer", () => {
    const pid = daemon();
    expect(isAlive(pid)).toBe(true);
    expect(leftBehind().size).toBe(1);
    endRun();
    expect(isAlive(pid)).toBe(false);
    expect(leftBehind().size).toBe(0);
  });

  test("is killed with a program whose time is up, what others left is not", () => {
    const other = daemon();
    const pid = daemon("sleep 60", { timeoutMs: 1000 });
    expect([isAlive(pid), isAlive(other)]).toEqual([false, true]);
  });

  test("is killed with a program that writes too much", () => {
    expect(isAlive(daemon("yes", { maxOutput: 1000 }))).toBe(false);
  });

  test("is killed with a program as the run is cancelled", () => {
    let asked = 0;
    beginTime(60_000, () => (asked++ < 2 ? undefined : "no more"));
    expect(() => shell("sleep 60")).toThrow(new Cancelled("no more"));
    beginTime(Number.POSITIVE_INFINITY);
    expect(leftBehind().size).toBe(0);
  });

  test("is forgotten when it has ended", () => {
    const pid = daemon();
    process.kill(pid, "SIGKILL");
    while (isAlive(pid)) reapOrphans();
    expect(isAlive(pid)).toBe(false);
  });

  test("is limited in number", () => {
    const many = `n=0; while [ $n -le ${LIMITS.children} ]; do setsid sleep 60 >/dev/null 2>&1 & n=$((n + 1)); done`;
    shell(many, { env: { PATH } });
    expect(() => shell("echo more")).toThrow(new LimitError("children", LIMITS.children));
    endRun();
    expect(shell("echo more")).toBe("more\n");
  });

  test("is not counted once it has ended", async () => {
    const number = LIMITS.children + 10;
    const many = `n=0; while [ $n -lt ${number} ]; do (sleep 0.2 >/dev/null 2>&1 &); n=$((n + 1)); done`;
    shell(many, { env: { PATH } });
    await Bun.sleep(1000);
    expect(shell("echo more")).toBe("more\n");
  });

  test("does not include other children of this process", async () => {
    const child = Bun.spawn(["sleep", "60"]);
    daemon();
    endRun();
    expect(isAlive(child.pid)).toBe(true);
    child.kill("SIGKILL");
    await child.exited;
  });
});

const possible = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

/** How many processes a program is seen to leave behind, by one that counts processes by itself. */
function seen(...options: readonly string[]): string {
  const script = `
    import { openSync } from "node:fs";
    import { execute } from ${JSON.stringify(join(import.meta.dirname, "../process.ts"))};
    import { leftBehind } from ${JSON.stringify(join(import.meta.dirname, "left-behind.ts"))};
    const shell = openSync("/bin/sh", "r");
    const command = "setsid sleep 60 >/dev/null 2>&1 &";
    execute(shell, ["sh", "-c", command], { env: { PATH: "/usr/bin:/bin" }, maxOutput: 9, timeoutMs: 9000 });
    console.log(leftBehind().size);
    process.exit();`;
  const { stdout } = spawnSync("unshare", ["--pid", "--fork", ...options, process.execPath, "-e", script], {
    encoding: "utf8",
  });
  return stdout.trim();
}

test.skipIf(!possible)(
  `a /proc that counts otherwise says nothing of what is ours${possible ? "" : " (skipped: no PID namespace)"}`,
  () => {
    expect(seen("--mount-proc")).toBe("1");
    expect(seen()).toBe("0");
  },
);
