import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Value } from "rhai-wasm";
import { type TestRun, testRun } from "../testing.ts";
import { allBut, build, denied, endAll, endOf, failure, get, runs, start, under, until } from "./testing.ts";

const own = process.pid;
const directory = realpathSync(mkdtempSync(join(tmpdir(), "remit-open-")));
const held = join(directory, "held.txt");
let server: Server;

beforeAll(async () => {
  writeFileSync(held, "held");
  openSync(held, "r");
  mkdirSync(join(directory, "below"));
  symlinkSync(held, join(directory, "link"));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(join(directory, "socket"), resolve));
});
afterAll(() => {
  server.close();
  endAll();
  rmSync(directory, { recursive: true });
});

const list = (run: TestRun, options: { readonly [option: string]: Value }): Value[] =>
  under(run, "list_open_files", under(run, "ProcessManager"), build(run, "LsofOptions", options)) as Value[];
const using = (run: TestRun, path: string): Value[] =>
  under(run, "processes_using_inode", under(run, "ProcessManager"), path) as Value[];
const maps = (run: TestRun, records: readonly Value[]): unknown[] =>
  records.map((each) => Object.fromEntries(under(run, "to_map", each) as Map<string, Value>));
const mine = (run: TestRun, records: readonly Value[]): Value[] =>
  records.filter((each) => get(run, each, "pid") === BigInt(own));
const fileDenial = (verb: string): string =>
  `PermissionDenied: Permission denied: User::"tester" unauthorized to perform file_system::Action::"${verb}" for file_system::Dir::/proc`;

describe("list_open_files", () => {
  test("of one process: directories, program, libraries, descriptors", () => {
    const run = testRun();
    const files = maps(run, list(run, { pid: BigInt(own) })) as { [name: string]: string }[];
    const at = (access: string) => files.filter((file) => file["access_type"] === access);
    expect(at("Working directory")).toMatchObject([{ file_path: process.cwd(), file_type: "DIR" }]);
    expect(at("Root directory")).toMatchObject([{ file_path: "/", file_type: "DIR" }]);
    expect(at("Executable")).toMatchObject([{ file_path: realpathSync(process.execPath), file_type: "REG" }]);
    const mapped = at("Memory mapped").map((file) => String(file["file_path"]));
    expect(mapped.some((path) => /libc[.-]/.test(path))).toBe(true);
    expect(mapped).not.toContain(realpathSync(process.execPath));
    expect(new Set(mapped).size).toBe(mapped.length);
    const descriptors = at("File descriptor");
    expect(descriptors).toContainEqual(expect.objectContaining({ file_path: held, file_type: "REG" }));
    expect(descriptors).toContainEqual(
      expect.objectContaining({ file_path: join(directory, "socket"), file_type: "SOCK" }),
    );
    expect(descriptors.some((file) => file["file_type"] === "ANON_INODE")).toBe(true);
    expect(Object.keys(files[0] ?? {})).toEqual([
      "pid",
      "process_name",
      "user",
      "command",
      "access_type",
      "file_type",
      "file_path",
    ]);
    expect(run.asked).toEqual([
      "file_system.open file_system::Dir::/proc",
      "file_system.read file_system::Dir::/proc",
      `process_system.list_fds process_system::Process::${own}`,
    ]);
  });

  test("of one process, denied: an error", () => {
    const say = (run: TestRun) => failure(() => list(run, { pid: BigInt(own) }));
    expect(say(testRun(allBut("process_system.list_fds", own)))).toBe(
      `PermissionDenied: ${denied("list_fds", own)}`,
    );
    expect(say(testRun(allBut("file_system.open", "/proc")))).toBe(fileDenial("open"));
    expect(say(testRun(allBut("file_system.read", "/proc")))).toBe(fileDenial("read"));
    expect(failure(() => list(testRun(), { pid: 2_147_483_647n }))).toBe(
      "ProcessNotFound: Process not found: Process with PID 2147483647 does not exist: PID 2147483647",
    );
  });

  test("at a path, and below it", () => {
    const run = testRun();
    const [found] = mine(run, list(run, { path: held }));
    expect(get(run, found, "access")).toBe("File descriptor");
    expect(get(run, found, "file_type")).toBe("REG");
    expect(mine(run, list(run, { path: directory }))).toEqual([]);
    const below = mine(run, list(run, { path: directory, include_subdir: true }));
    expect(below.map((each) => get(run, each, "file_path"))).toEqual([held, join(directory, "socket")]);
    expect(mine(run, list(run, { path: join(directory, "below"), include_subdir: true }))).toEqual([]);
  });

  test("at a path, denied: left out with one warning", () => {
    const run = testRun(allBut("process_system.list_fds", own));
    expect(mine(run, list(run, { path: held }))).toEqual([]);
    expect(run.logs.map(({ message }) => message)).toContain(
      'Some processes have been skipped due to enforced cedar policy: User::"tester" unauthorized to perform process_system::Action::"list_fds"',
    );
  });

  test("links and relative paths are followed, which the log says", () => {
    const run = testRun();
    expect(mine(run, list(run, { path: join(directory, "link") }))).toHaveLength(1);
    expect(run.logs.map(({ message }) => message)).toContain(
      `path: '${join(directory, "link")}' is a symlink. using '${held}' for lookup`,
    );
    list(run, { path: "." });
    expect(run.logs.map(({ message }) => message)).toContain(
      `path: '.' is a relative path. using '${process.cwd()}' for lookup`,
    );
    expect(failure(() => list(run, { path: "/no/such" }))).toBe(
      "ValidationError: Validation error: Failed to canonicalize path /no/such: No such file or directory (os error 2)",
    );
  });
});

describe("processes_using_inode", () => {
  test("who uses a file, and how", async () => {
    const pid = await start("/usr/bin/sleep", ["32"]);
    await until(() => runs(pid, "sleep"));
    const run = testRun();
    const found = using(run, "/usr/bin/sleep").find((each) => get(run, each, "pid") === BigInt(pid));
    expect(get(run, found, "access")).toBe("Memory mapped, Executable");
    expect(maps(run, [found as Value])).toMatchObject([
      { pid: BigInt(pid), access_types: ["Memory mapped", "Executable"], command: "sleep 32" },
    ]);
    const [self] = mine(run, using(run, held));
    expect(get(run, self, "access")).toBe("File descriptor");
    process.kill(pid);
    await endOf(pid);
  });

  test("denied: a process is left out; /proc is needed before the path is looked at", () => {
    const run = testRun(allBut("process_system.list_fds", own));
    expect(mine(run, using(run, held))).toEqual([]);
    for (const path of [held, "/no/such"]) {
      expect(failure(() => using(testRun(allBut("file_system.open", "/proc")), path))).toBe(
        fileDenial("open"),
      );
      expect(failure(() => using(testRun(allBut("file_system.read", "/proc")), path))).toBe(
        fileDenial("read"),
      );
    }
    expect(failure(() => using(testRun(), "/no/such"))).toContain(
      "ValidationError: Validation error: Failed",
    );
  });
});

describe("ipcs_info", () => {
  const read = (run: TestRun): Value => under(run, "ipcs_info", under(run, "ProcessManager"));

  test("three tables, and all as text", () => {
    const run = testRun();
    const info = read(run);
    const map = under(run, "to_map", info) as Map<string, string>;
    expect([...map.keys()]).toEqual(["shared_memory", "semaphores", "queues"]);
    expect(map.get("shared_memory")).toContain("shmid");
    expect(under(run, "to_string", info)).toBe(
      `Shared Memory Segments:\n${map.get("shared_memory")}\n\nMessage Queues:\n${map.get("queues")}\n\nSemaphore Arrays:\n${map.get("semaphores")}`,
    );
    expect(run.asked.slice(0, 6)).toEqual(
      ["shm", "sem", "msg"].flatMap((name) => [
        "file_system.open file_system::Dir::/proc/sysvipc",
        `file_system.open file_system::File::/proc/sysvipc/${name}`,
      ]),
    );
  });

  test.each([
    ["open", "Dir", "/proc/sysvipc"],
    ["open", "File", "/proc/sysvipc/sem"],
  ])("denied to %s %s %s", (verb, type, path) => {
    expect(failure(() => read(testRun(allBut(`file_system.${verb}`, path))))).toBe(
      `Other: Permission denied: User::"tester" unauthorized to perform file_system::Action::"${verb}" for file_system::${type}::${path}`,
    );
  });

  test("denied to read", () => {
    const run = testRun(
      ({ action, resource }) => !(action.includes("read") && resource.id === "/proc/sysvipc/msg"),
    );
    expect(failure(() => read(run))).toBe(
      'Other: Permission denied: User::"tester" unauthorized to perform file_system::Action::"read" for file_system::File::/proc/sysvipc/msg',
    );
  });
});
