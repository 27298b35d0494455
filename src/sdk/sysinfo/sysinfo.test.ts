import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { caller, messageOf, type TestRun, testRun, thrownBy } from "../testing.ts";
import { sysinfoNamespaces } from "./index.ts";

const call = caller(sysinfoNamespaces);
const system = (run: TestRun): Value => call(run, "SystemInfo");
const ask = (method: string, run = testRun()): Value => call(run, method, system(run));

/** Refuses everything but to open. */
const openOnly = ({ action }: AuthorizationRequest): boolean => action === "file_system.open";
const denied = (path: string): string =>
  `Permission denied: User::"tester" unauthorized to perform file_system::Action::"read" for file_system::File::${path}`;

describe("what is allowed", () => {
  test("SystemInfo asks for nothing", () => {
    const run = testRun(() => false);
    system(run);
    expect(run.asked).toEqual([]);
  });

  test("names are of one machine", () => {
    const run = testRun();
    const info = call(run, "uname");
    expect(call(run, "nodename", info)).toBe(hostname());
    expect(ask("hostname")).toBe(hostname());
    expect(call(run, "operating_system", info)).toBe("GNU/Linux");
    const names = call(run, "to_map", info) as Map<string, string>;
    expect(names.get("processor")).toBe(names.get("machine") ?? "");
    expect(call(run, "to_string", info)).toStartWith(`Linux ${hostname()} `);
  });

  test("processors", () => {
    const each = readFileSync("/proc/stat", "utf8").match(/^cpu\d/gm)?.length;
    expect(call(testRun(), "nproc")).toBe(BigInt(each ?? 0));
    expect(ask("cpu_count")).toBe(BigInt(each ?? 0));
  });

  test("memory and swap", () => {
    const run = testRun();
    const info = ask("memory_info", run);
    const total = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    expect(call(run, "total", info)).toBe(BigInt(total ?? 0) * 1024n);
    expect([...(call(run, "to_map", info) as Map<string, Value>).keys()].sort()).toEqual([
      "available",
      "buffers",
      "cached",
      "free",
      "shared_mem",
      "total",
      "used",
    ]);
    expect(run.asked).toEqual(["file_system.read file_system::File::/proc/meminfo"]);
    const swap = ask("swap_info") as Value;
    expect(call(run, "to_string", swap)).toMatch(
      /^Swap Info:\n {2}Total: \d+ bytes\n {2}Free: \d+ bytes\n {2}Used: \d+ bytes$/,
    );
  });

  test("free has both, and asks twice", () => {
    const run = testRun();
    expect([...(call(run, "free") as Map<string, Value>).keys()]).toEqual(["memory", "swap"]);
    expect(run.asked).toHaveLength(2);
  });

  test("kernel statistics", () => {
    const run = testRun();
    const stats = ask("kernel_stats", run);
    expect(call(run, "boot_time", stats)).toBeGreaterThan(0n);
    expect(call(run, "cpu_time", stats)).toHaveLength(Number(call(run, "nproc")));
    const time = call(run, "total_cpu_time", stats);
    expect(call(run, "idle_ms", time)).toBe((call(run, "idle_ticks", time) as bigint) * 10n);
    const map = call(run, "to_map", stats) as Map<string, Value>;
    expect(map.get("total_cpu_time")).toBeInstanceOf(Map);
  });
});

describe("what is denied", () => {
  test.each([
    ["memory_info", "/proc/meminfo"],
    ["swap_info", "/proc/meminfo"],
    ["kernel_stats", "/proc/stat"],
  ])("%s", (method, path) => {
    const error = thrownBy(() =>
      ask(
        method,
        testRun(() => false),
      ),
    ) as Map<string, Value>;
    expect(error.get("message")).toBe(denied(path));
    expect(error.get("kind")).toMatchObject({ name: "PermissionDenied" });
    expect(error.get("source")).toBe("SysteminfoErrorKind");
  });

  test.each(["uname_info", "hostname", "cpu_count"])("%s", (method) => {
    const run = testRun(() => false);
    expect(messageOf(() => ask(method, run))).toMatch(
      /^Permission denied: User::"tester" unauthorized to perform sysinfo::Action::"list" for sysinfo::Sysinfo::sysinfo::Sysinfo::"[0-9a-f-]{36}"$/,
    );
  });

  test.each(["uname", "nproc", "free", "dmesg"])("%s throws a text", (helper) => {
    const text = thrownBy(() =>
      call(
        testRun(() => false),
        helper,
      ),
    );
    expect(text).toStartWith('Permission denied: User::"tester" unauthorized');
  });

  test("slab_info: a denial of a file is another error of the system", () => {
    const error = thrownBy(() => ask("slab_info", testRun(openOnly))) as Map<string, Value>;
    const kind = { name: "Other", type: "RhaiSysteminfoErrorKind" };
    expect(error.get("kind")).toMatchObject(kind);
    // Who may not open it is told so by the system before the policy is asked to read.
    expect([denied("/proc/slabinfo"), "Permission denied (os error 13)"]).toContain(
      String(error.get("message")),
    );
    const asked = testRun(() => false);
    expect(messageOf(() => ask("slab_info", asked))).toContain("file_system::Dir::/proc");
    expect(asked.asked).toEqual(["file_system.open file_system::Dir::/proc"]);
  });
});
