import { expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { caller, testRun } from "../testing.ts";
import { parseDrives } from "./drives.ts";
import { CpuStats, deviceStatsOf, IoStatSnapshot, iostatNamespaces } from "./iostat.ts";

const LINE = " 254       0 vda 100 20 3000 400 300 60 5000 1200 1 2000 3200 1 2 3 4";
const call = caller(iostatNamespaces);

test("columns", () => {
  expect(parseDrives(`${LINE}\n   7 0 loop0 0\n`)).toEqual([
    {
      name: "vda",
      reads: 100,
      readsMerged: 20,
      sectorsRead: 3000,
      timeReading: 400,
      writes: 300,
      writesMerged: 60,
      sectorsWritten: 5000,
      timeWriting: 1200,
      inProgress: 1,
      timeBusy: 2000,
      weightedTime: 3200,
    },
  ]);
});

test("averages over the time, and the table of them", () => {
  const devices = parseDrives(LINE).map((drive) => deviceStatsOf(drive, 10));
  const run = testRun();
  const cpu = new CpuStats({
    user_percent: 50,
    nice_percent: 0.125,
    system_percent: 1,
    iowait_percent: 2,
    steal_percent: 3,
    idle_percent: 43.875,
  });
  const snapshot = new IoStatSnapshot(cpu, devices);
  expect(call(run, "to_string", snapshot)).toBe(
    [
      "avg-cpu:  %user   %nice %system %iowait  %steal   %idle",
      "           50.00    0.12    1.00    2.00    3.00   43.88",
      "",
      "Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await r_await w_await  svctm  %util",
      "vda                 2.00     6.00   10.00   30.00   150.00   250.00    20.00     0.32    4.00    4.00    4.00   5.00  20.00",
      "",
    ].join("\n"),
  );
  const map = call(run, "to_map", snapshot) as Map<string, Value>;
  expect((map.get("device_stats") as Map<string, Value>[])[0]?.get("avg_request_size")).toBe(20);
});

test("a drive that did nothing, and one that did much at once", () => {
  const [idle] = parseDrives("7 0 loop0 0 0 0 0 0 0 0 0 0 0 0").map((drive) => deviceStatsOf(drive, 0));
  expect(new Set(Object.values(idle?.values ?? {}))).toEqual(new Set(["loop0", 0]));
  const [busy] = parseDrives(LINE).map((drive) => deviceStatsOf(drive, 1));
  expect(busy?.values.util_percent).toBe(100);
});
