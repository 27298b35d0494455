import { afterAll, describe, expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { testRun } from "../testing.ts";
import { allBut, build, endAll, failure, get, runs, start, under, until } from "./testing.ts";

afterAll(endAll);

const own = process.pid;
const find = (list: Value, pid: number): Value | undefined =>
  (list as Value[]).find((each) => get(testRun(), each, "pid") === BigInt(pid));

describe("processes", () => {
  test("what is known of one", async () => {
    const pid = await start("/usr/bin/sleep", ["31"]);
    await until(() => runs(pid, "sleep"));
    const run = testRun();
    const found = find(under(run, "ps"), pid);
    const shown = under(run, "to_map", found as Value) as Map<string, Value>;
    expect(Object.fromEntries(shown)).toMatchObject({
      pid: BigInt(pid),
      name: "sleep",
      ppid: BigInt(own),
      uid: BigInt(process.getuid?.() ?? 0),
      command: "sleep 31",
      state: "Sleep",
      recent_cpu_usage: null,
      pid_namespace: null,
    });
    expect([...shown.keys()]).toEqual([
      "pid",
      "name",
      "ppid",
      "uid",
      "username",
      "memory_usage",
      "memory_percent",
      "state",
      "command",
      "recent_cpu_usage",
      "historical_cpu_usage",
      "pid_namespace",
    ]);
    expect(get(run, found, "memory_usage") as bigint).toBeGreaterThan(0n);
    expect(typeof get(run, found, "historical_cpu_usage")).toBe("number");
  });

  test("each is asked about, and what is denied is left out with one warning", () => {
    const run = testRun(allBut("process_system.list", 1));
    const list = under(run, "processes", under(run, "ProcessManager"));
    expect(find(list, 1)).toBeUndefined();
    expect(find(list, own)).toBeDefined();
    expect(run.asked).toContain("process_system.list process_system::Process::1");
    const none = testRun(() => false);
    expect(under(none, "ps")).toEqual([]);
    expect(none.logs.map(({ message }) => message)).toEqual([
      'Some processes have been skipped due to enforced cedar policy: User::"tester" unauthorized to perform process_system::Action::"list"',
    ]);
  });

  test("policies see number, name, user and command", () => {
    const seen: unknown[] = [];
    const run = testRun(({ resource }) => {
      if (resource.id === String(own)) seen.push(resource.attributes);
      return true;
    });
    under(run, "ps");
    expect(seen).toEqual([
      {
        pid: String(own),
        name: expect.any(String),
        username: expect.any(String),
        command: expect.any(String),
      },
    ]);
  });

  test("threads have their own numbers, and their process as parent", () => {
    const run = testRun();
    const options = build(run, "ProcessOptions", { include_threads: true });
    const all = under(run, "processes", under(run, "ProcessManager"), options) as Value[];
    const threads = all.filter((each) => get(run, each, "ppid") === BigInt(own));
    expect(threads.length).toBeGreaterThan(0);
    const command = get(run, find(all, own), "command");
    expect(threads.filter((each) => get(run, each, "command") === command).length).toBeGreaterThan(0);
    const plain = under(run, "ps") as Value[];
    expect(threads.map((each) => find(plain, Number(get(run, each, "pid"))))).toContain(undefined);
  });
});

describe("load_namespace_info", () => {
  const load = (run = testRun()) => {
    const options = build(run, "ProcessOptions", { load_namespace_info: true });
    return find(under(run, "processes", under(run, "ProcessManager"), options), own);
  };

  test("the namespace, and the number in it", () => {
    const run = testRun();
    const namespace = get(run, load(run), "pid_namespace");
    expect(get(run, namespace, "child_ns_pid")).toBe(BigInt(own));
    expect(get(run, namespace, "namespace_id") as bigint).toBeGreaterThan(0n);
    const map = under(run, "to_map", load() as Value) as Map<string, Value>;
    expect(map.get("pid_namespace")).toEqual(under(run, "to_map", namespace));
    expect(run.asked.filter((request) => request.includes(`/proc/${own}`))).toEqual([
      `file_system.open file_system::Dir::/proc/${own}`,
      `file_system.open file_system::Dir::/proc/${own}/ns`,
      `file_system.read file_system::File::/proc/${own}/ns/pid`,
      `file_system.open file_system::File::/proc/${own}/status`,
      `file_system.read file_system::File::/proc/${own}/status`,
    ]);
  });

  test.each([
    ["file_system.open", `/proc/${own}`, "Failed to open"],
    ["file_system.open", `/proc/${own}/ns`, "Failed to read namespace info from"],
    ["file_system.read", `/proc/${own}/ns/pid`, "Failed to read namespace info from"],
    ["file_system.open", `/proc/${own}/status`, "Failed to read"],
  ])("without %s %s: none, and a warning", (action, path, text) => {
    const run = testRun(allBut(action, path));
    expect(get(run, load(run), "pid_namespace")).toBeNull();
    const warnings = run.logs.map(({ message }) => message).filter((each) => each.includes(`PID ${own}.`));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(text);
    expect(warnings[0]).toContain("Permission denied:");
  });

  test("not to be listed: left out, namespace or not", () => {
    expect(load(testRun(allBut("process_system.list", own)))).toBeUndefined();
  });
});

describe("kinds of errors", () => {
  test("a check that cannot be made is an error, not a gap", () => {
    const run = testRun();
    const access = {
      ...run.access,
      require: () => {
        throw new Error("a fault");
      },
    };
    expect(() => under({ ...run, access }, "ps")).toThrow("a fault");
  });

  test("options say what does not fit", () => {
    const run = testRun();
    const say = (name: string, values: { readonly [option: string]: Value }) =>
      failure(() => build(run, name, values));
    expect(say("TraceOptions", {})).toBe("Field not initialized: ns_pid");
    expect(say("TraceOptions", { ns_pid: -1n })).toContain("Parameter conversion failed for ns_pid");
    expect(say("LsofOptions", {})).toBe("Validation error: Either path or pid is required");
    expect(say("LsofOptions", { path: "" })).toBe("Validation error: Path cannot be empty");
    expect(say("LsofOptions", { path: "/", pid: 1n })).toBe(
      "Validation error: pid and path are mutually exclusive",
    );
    expect(say("MonitorProcessesCpuOptions", { pids_to_monitor: [-1n] })).toBe(
      "Validation error: PIDs array cannot be empty",
    );
  });
});
