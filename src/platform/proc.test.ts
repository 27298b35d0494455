import { afterAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, temporaryDirectory } from "./bun-testing.ts";
import { close, closing } from "./file/descriptor.ts";
import type { Fd } from "./file/types.ts";
import { capabilities } from "./privilege.ts";
import {
  cpuTimes,
  fileReferences,
  isNotThere,
  links,
  listProcesses,
  listThreads,
  mappings,
  openProcessDirectory,
  openThreadDirectory,
  readProcess,
  totalMemory,
  uptimeSeconds,
} from "./proc.ts";
import { openNamespace, signalProcess } from "./process.ts";

const directory = temporaryDirectory();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function start(program: string, ...args: string[]): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(program, args, { stdio: "ignore" });
  children.push(child);
  await new Promise((resolve) => child.once("spawn", resolve));
  return child as ChildProcess & { readonly pid: number };
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));
const of = <T>(pid: number, read: (process: Fd) => T): T => closing(openProcessDirectory(pid), read);

describe("a process by its directory", () => {
  test("is listed, and read as the kernel shows it", async () => {
    const { pid } = await start("/bin/sleep", "35");
    expect(listProcesses()).toContain(pid);
    expect(listProcesses()).toContain(1);
    expect(of(process.pid, readProcess)).toMatchObject({
      pid: process.pid,
      process: process.pid,
      parent: process.ppid,
      uid: process.getuid?.(),
      state: "R",
    });
    const own = of(process.pid, readProcess);
    expect(own.startTime).toBeGreaterThan(0);
    expect(own.residentBytes).toBeGreaterThan(1_000_000);
    expect(own.userTime).toBeGreaterThan(0);
  });

  test("a name can be anything, and a command has only words", async () => {
    const path = join(directory, ") R 1 (x\nUid: 5");
    writeFileSync(path, "#!/bin/sh\nread forever\n", { mode: 0o755 });
    const child = spawn(path, ["", " a b "], { stdio: ["pipe", "ignore", "ignore"] });
    children.push(child);
    await new Promise((resolve) => child.once("spawn", resolve));
    const pid = child.pid ?? 0;
    while (!readFileSync(`/proc/${pid}/comm`, "utf8").startsWith(")")) await Bun.sleep(5);
    const status = of(pid, readProcess);
    expect(status.name).toBe(") R 1 (x\nUid: 5".slice(0, 15));
    expect(status.parent).toBe(process.pid);
    expect(status.uid).toBe(process.getuid?.());
    expect(status.command.at(-1)).toBe("a b");
    expect(status.command).not.toContain("");
  });

  test("a command line has a bound", () => {
    expect(() => of(process.pid, (fd) => readProcess(fd, 3))).toThrow("at most 3");
  });

  test("what the directory was opened of ends: nothing is read of another", async () => {
    const child = await start("/bin/sleep", "36");
    const fd = openProcessDirectory(child.pid);
    signalProcess(fd, 15);
    await ended(child);
    expect(isNotThere(catching(() => readProcess(fd)))).toBe(true);
    expect(codeOf(() => signalProcess(fd, 15))).toBe("ESRCH");
    close(fd);
    expect(codeOf(() => openProcessDirectory(child.pid))).toBe("ENOENT");
    for (const none of [0, -1, 1.5, Number.NaN])
      expect(codeOf(() => openProcessDirectory(none))).toBe("ENOENT");
  });

  test("threads tell of themselves", () => {
    of(process.pid, (fd) => {
      const threads = listThreads(fd);
      expect(threads).toContain(process.pid);
      const other = threads.find((thread) => thread !== process.pid) ?? 0;
      const status = closing(openThreadDirectory(fd, other), readProcess);
      expect(status).toMatchObject({ pid: other, process: process.pid });
      expect(status.userTime).toBeLessThanOrEqual(readProcess(fd).userTime);
    });
  });
});

describe("what a process uses", () => {
  test("links, mapped files and descriptors", () => {
    const path = join(directory, "open");
    writeFileSync(path, "");
    const fd = openSync(path, "r");
    of(process.pid, (own) => {
      expect(links(own)).toMatchObject({ cwd: process.cwd(), root: "/" });
      const { exe } = links(own);
      expect(mappings(own).map((mapping) => mapping.path)).toContain(exe ?? "");
      const known = new Set(mappings(own).map((mapping) => mapping.path));
      // What is mapped after memory without a file, too; other threads may map and unmap meanwhile.
      const shown = readFileSync("/proc/self/maps", "utf8").split("\n");
      expect(
        shown.flatMap((line) => /\/.*\.so.*/.exec(line) ?? []).filter((path) => !known.has(path)),
      ).toEqual([]);
      expect([...known].filter((path) => !/^(\/|anon_inode:)/.test(path))).toEqual([]);
      expect(fileReferences(own)).toContainEqual({ target: path, type: "file" });
    });
    close(fd);
  });
});

test("the machine", () => {
  expect(uptimeSeconds()).toBeGreaterThan(0);
  expect(totalMemory()).toBeGreaterThan(1_000_000n);
  const { total, processors } = cpuTimes();
  expect(total).toBeGreaterThan(0);
  expect(processors).toBeGreaterThan(0);
  expect(capabilities().has(63)).toBe(false);
});

test("namespaces of a process are opened for what they are", () => {
  of(process.pid, (fd) => {
    for (const type of ["mount", "net"] as const) {
      const opened = openNamespace(fd, type);
      expect(opened.type).toBe(type);
      close(opened.fd);
    }
  });
});

function catching(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
