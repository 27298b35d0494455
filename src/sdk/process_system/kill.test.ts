import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Value } from "rhai-wasm";
import { type TestRun, testRun } from "../testing.ts";
import {
  allBut,
  build,
  denied,
  endAll,
  endOf,
  failure,
  runs,
  signal,
  start,
  under,
  until,
} from "./testing.ts";

afterAll(endAll);

const NOBODY = 2_147_483_647;

const kill = (
  run: TestRun,
  options: { readonly [option: string]: Value },
  manager = under(run, "ProcessManager"),
): Value => under(run, "kill", manager, build(run, "KillOptions", options));

const shown = (killed: Value): unknown =>
  (killed as Map<string, Value>[]).map((each) => Object.fromEntries(each));

/** A process that can be told from all others by its command. */
async function sleeper(seconds: string): Promise<number> {
  const pid = await start("/usr/bin/sleep", [seconds]);
  await until(() => runs(pid, "sleep"));
  return pid;
}

describe("by number", () => {
  test.each(["SIGTERM", "SIGQUIT", "SIGKILL", "SIGHUP"] as const)("%s", async (name) => {
    const pid = await sleeper("40");
    const run = testRun();
    expect(shown(kill(run, { pid: BigInt(pid), signal: signal(name) }))).toEqual([
      { name: "sleep", pid: BigInt(pid) },
    ]);
    expect(await endOf(pid)).toBe(name);
    const action = name === "SIGHUP" ? "interrupt" : "kill";
    expect(run.asked).toEqual([`process_system.${action} process_system::Process::${pid}`]);
  });

  test("denied: it lives on, and each permission is for its own signals", async () => {
    const pid = await sleeper("41");
    const target = { pid: BigInt(pid) };
    for (const [action, name, other] of [
      ["kill", "SIGKILL", "SIGHUP"],
      ["interrupt", "SIGHUP", "SIGTERM"],
    ] as const) {
      const run = testRun(allBut(`process_system.${action}`));
      expect(failure(() => kill(run, { ...target, signal: signal(name) }))).toBe(
        `PermissionDenied: ${denied(action, pid)}`,
      );
      expect(runs(pid, "sleep")).toBe(true);
      if (action === "interrupt") kill(run, { ...target, signal: signal(other) });
    }
    expect(await endOf(pid)).toBe("SIGTERM");
  });

  test("one that is not there", () => {
    const text = `Process not found: Process not found: PID ${NOBODY}`;
    const target = { pid: BigInt(NOBODY), signal: signal("SIGTERM") };
    expect(failure(() => kill(testRun(), target))).toBe(`ProcessNotFound: ${text}`);
    expect(failure(() => kill(testRun(), { ...target, pid: 2n ** 32n }))).toBe(
      "ValidationError: Validation error: Invalid PID value 4294967296: out of range integral type conversion attempted",
    );
  });

  test("one that was seen and has ended since", async () => {
    const pid = await sleeper("42");
    const run = testRun();
    const manager = under(run, "ProcessManager");
    under(run, "processes", manager);
    process.kill(pid);
    await endOf(pid);
    expect(failure(() => kill(run, { pid: BigInt(pid), signal: signal("SIGTERM") }, manager))).toBe(
      "Other: No such process (os error 3)",
    );
    // The permission is asked for first.
    const no = testRun(() => false);
    expect(failure(() => kill(no, { pid: BigInt(pid), signal: signal("SIGTERM") }, manager))).toContain(
      "PermissionDenied",
    );
  });

  test("one that has become another program since is asked about again", async () => {
    const file = `/tmp/remit-kill-${process.pid}`;
    writeFileSync(file, "");
    const changing = await start("/bin/sh", [
      "-c",
      `while [ ! -s ${file} ]; do sleep 0.02; done; rm ${file}; exec sleep 44`,
    ]);
    await until(() => !runs(changing, "bun"));
    const run = testRun(({ action, resource }) => {
      return action !== "process_system.kill" || resource.attributes["command"] !== "sleep 44";
    });
    const manager = under(run, "ProcessManager");
    under(run, "processes", manager);
    writeFileSync(file, "go");
    await until(() => readFileSync(`/proc/${changing}/cmdline`, "utf8") === "sleep\x0044\0");
    const target = { pid: BigInt(changing), signal: signal("SIGTERM") };
    expect(failure(() => kill(run, target, manager))).toBe(`PermissionDenied: ${denied("kill", changing)}`);
    expect(runs(changing, "sleep")).toBe(true);
    kill(testRun(), target, manager);
    expect(await endOf(changing)).toBe("SIGTERM");
  });

  test("a thread is no process", () => {
    const thread = readdirSync("/proc/self/task").find((each) => each !== String(process.pid));
    expect(failure(() => kill(testRun(), { pid: BigInt(thread ?? 0), signal: signal("SIGTERM") }))).toBe(
      `ProcessNotFound: Process not found: Cannot send signal to process - no valid pidfd: PID ${thread}`,
    );
  });
});

describe("by what is known", () => {
  const known = (run: TestRun): Value => {
    const manager = under(run, "ProcessManager");
    under(run, "processes", manager);
    return manager;
  };

  test("the command, in full or in part", async () => {
    const [first, second] = [await sleeper("4501"), await sleeper("45010")];
    const run = testRun();
    const manager = known(run);
    const term = { signal: signal("SIGTERM") };
    expect(shown(kill(run, { ...term, command: "sleep 4501", exact_match: true }, manager))).toEqual([
      { name: "sleep 4501", pid: BigInt(first) },
    ]);
    expect(await endOf(first)).toBe("SIGTERM");
    expect(shown(kill(run, { ...term, command: "ep 45010" }, known(run)))).toEqual([
      { name: "sleep 45010", pid: BigInt(second) },
    ]);
  });

  test("denied ones are passed over, and told in the log", async () => {
    const [first, second] = [await sleeper("4601"), await sleeper("4602")];
    const run = testRun(allBut("process_system.kill", first));
    const options = { command: "sleep 460", signal: signal("SIGTERM") };
    expect(shown(kill(run, options, known(run)))).toEqual([{ name: "sleep 4602", pid: BigInt(second) }]);
    expect(await endOf(second)).toBe("SIGTERM");
    expect(runs(first, "sleep")).toBe(true);
    expect(run.logs).toContainEqual({
      level: "ERROR",
      message: `Failed to send signal to process ${first}: ${denied("kill", first)}`,
      line: 1,
      api: "kill",
    });
  });

  test("nothing that fits, or nothing that was listed", async () => {
    const pid = await sleeper("4701");
    const options = { command: "sleep 4701", signal: signal("SIGTERM") };
    const none = "ProcessNotFound: Process not found: No matching processes found: PID 0";
    expect(failure(() => kill(testRun(), options))).toBe(none);
    const run = testRun();
    for (const other of [{ username: "no-such-user" }, { process_name: "slee", exact_match: true }]) {
      expect(failure(() => kill(run, { ...other, signal: signal("SIGTERM") }, known(run)))).toBe(none);
    }
    expect(runs(pid, "sleep")).toBe(true);
  });
});

describe("the helper", () => {
  test("sends SIGTERM", async () => {
    const pid = await sleeper("48");
    expect(shown(under(testRun(), "kill", BigInt(pid)))).toEqual([{ name: "sleep", pid: BigInt(pid) }]);
    expect(await endOf(pid)).toBe("SIGTERM");
  });

  test("all errors are of one kind", async () => {
    const pid = await sleeper("49");
    const say = (run: TestRun, ...args: Value[]): string => failure(() => under(run, "kill", ...args));
    expect(
      say(
        testRun(() => false),
        BigInt(pid),
      ),
    ).toBe(`ValidationError: Validation error: kill: ${denied("kill", pid)}`);
    expect(say(testRun(), [], BigInt(NOBODY))).toContain(
      "ValidationError: Validation error: kill: Process not",
    );
    expect(say(testRun(), ["x"], BigInt(pid))).toBe(
      "ValidationError: Validation error: kill: expected KillFlag flag, got string",
    );
    expect(say(testRun(), -5n)).toBe(
      "ValidationError: Validation error: kill: failed to build options: Validation error: PID cannot be negative",
    );
    expect(runs(pid, "sleep")).toBe(true);
  });
});

test("options of a signal", () => {
  const run = testRun();
  const say = (options: { readonly [option: string]: Value }): string =>
    failure(() => build(run, "KillOptions", options));
  const term = { signal: signal("SIGTERM") };
  expect(say({})).toBe("Validation error: signal is required");
  expect(say(term)).toBe(
    "Validation error: At least one targeting method must be specified: pid, process_name, username, or command",
  );
  expect(say({ ...term, pid: -1n, process_name: "x" })).toBe("Validation error: PID cannot be negative");
  expect(say({ ...term, pid: 1n, username: "x" })).toBe(
    "Validation error: pid cannot be used together with process_name, username, or command",
  );
  expect(say({ ...term, process_name: "x", command: "x" })).toContain("cannot be used together - choose");
});
