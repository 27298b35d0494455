import { afterAll, describe, expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { type TestRun, testRun } from "../testing.ts";
import { allBut, build, endAll, endOf, get, start, under, waited } from "./testing.ts";

afterAll(endAll);

const own = process.pid;

async function monitor(run: TestRun, options: { readonly [option: string]: Value }): Promise<Value[][]> {
  const built = build(run, "MonitorProcessesCpuOptions", options);
  const taken = await waited(run, "monitor_processes_cpu", under(run, "ProcessManager"), built);
  return taken as Value[][];
}

const recent = (run: TestRun, record: Value | undefined): number =>
  get(run, record, "recent_cpu_usage") as number;

describe("monitor_processes_cpu", () => {
  test("a process that works, and one that sleeps", async () => {
    const run = testRun();
    const busy = await start("/bin/sh", ["-c", "while :; do :; done"]);
    const idle = await start("/usr/bin/sleep", ["34"]);
    const batches = await monitor(run, { pids_to_monitor: [BigInt(busy), BigInt(idle)], batches: 2n });
    process.kill(busy);
    expect(batches.map((batch) => batch.length)).toEqual([2, 2]);
    for (const [first, second] of batches) {
      expect(get(run, first, "pid")).toBe(BigInt(busy));
      expect(recent(run, first)).toBeGreaterThan(1);
      expect(recent(run, first)).toBeLessThanOrEqual(150);
      expect(recent(run, second)).toBeLessThan(5);
      expect(get(run, second, "username")).not.toBe("");
    }
    expect(run.asked).toEqual(
      Array.from({ length: 2 }, () => [busy, idle])
        .flat()
        .map((pid) => `process_system.list process_system::Process::${pid}`),
    );
    await endOf(busy);
  });

  test("denied: left out, with a warning; one that is not there as well", async () => {
    const run = testRun(allBut("process_system.list", own));
    expect(await monitor(run, { pids_to_monitor: [BigInt(own), 2_147_483_647n] })).toEqual([[]]);
    expect(run.logs.map(({ message }) => message)).toEqual([
      `Process with PID ${own} has been skipped due to being unauthorized to perform List action`,
      "Process with PID 2147483647 does not exist",
    ]);
  });

  test("threads are measured each for itself", async () => {
    const run = testRun();
    const [batch = []] = await monitor(run, { pids_to_monitor: [BigInt(own)], include_threads: true });
    const [first, ...threads] = batch;
    expect(get(run, first, "pid")).toBe(BigInt(own));
    expect(threads.length).toBeGreaterThan(0);
    for (const thread of threads) expect(get(run, thread, "ppid")).toBe(BigInt(own));
    const denying = testRun(({ resource }) => resource.id === String(own));
    const [only = []] = await monitor(denying, { pids_to_monitor: [BigInt(own)], include_threads: true });
    expect(only).toHaveLength(1);
  });

  test("nothing to look at, and no looks", async () => {
    const run = testRun();
    expect(await monitor(run, { batches: 2n })).toEqual([[], []]);
    expect(await monitor(run, { batches: 0n, pids_to_monitor: [1n] })).toEqual([]);
    expect(run.asked).toEqual([]);
  });
});
