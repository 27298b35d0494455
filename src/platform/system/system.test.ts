import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsError } from "../os-error.ts";
import { kernelName, pageSize, readKernelLog, readSystemText, ticksPerSecond } from "../system.ts";

const command = (name: string, ...args: string[]): string => execFileSync(name, args).toString().trim();

test("the kernel's names are those of uname", () => {
  const { name, node, release, version, machine } = kernelName();
  expect([name, node, release, version, machine]).toEqual(
    ["-s", "-n", "-r", "-v", "-m"].map((flag) => command("uname", flag)),
  );
});

test("page size and ticks are those of getconf", () => {
  expect(pageSize()).toBe(BigInt(command("getconf", "PAGESIZE")));
  expect(ticksPerSecond()).toBe(BigInt(command("getconf", "CLK_TCK")));
});

describe("text", () => {
  test("of /proc", () => {
    expect(readSystemText("/proc/meminfo")).toContain("MemTotal:");
  });

  test("of what is not there", () => {
    expect(() => readSystemText("/proc/none")).toThrow(new OsError("ENOENT"));
  });
});

describe("kernel log", () => {
  test("ends where the records end", () => {
    const directory = mkdtempSync(join(tmpdir(), "remit-system-"));
    try {
      writeFileSync(join(directory, "log"), "6,1,2,-;one\n");
      expect(readKernelLog(join(directory, "log"))).toEqual(["6,1,2,-;one\n"]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("a device that is not there", () => {
    expect(() => readKernelLog("/dev/none")).toThrow(new OsError("ENOENT"));
  });
});
