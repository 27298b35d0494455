import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { inCall } from "../dispatch.ts";
import type { TracedProcess } from "../file_system/core-dump/index.ts";
import { type TestRun, testRun } from "../testing.ts";
import { ProcessManager } from "./manager.ts";
import { allBut, build, denied, failure, under } from "./testing.ts";
import { trace } from "./trace.ts";

const own = process.pid;
const directory = realpathSync(mkdtempSync(join(tmpdir(), "remit-trace-")));
afterAll(() => rmSync(directory, { recursive: true }));

const FRAMES =
  "#0  0x00007f7e671f9c01 in nanosleep () from /lib/libc.so.6\n#1  0x0000000000401136 in main (argc=1) at x.c:5";

beforeAll(() => {
  const script = (name: string, lines: string) => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(directory, name), 0o755);
  };
  script("frames", `echo '${FRAMES}'`);
  script("threads", `echo 'Thread 1 (LWP 77):'; echo '${FRAMES}'`);
  script("argument", 'echo "given $*" >&2; exit 7');
  script("refused", "echo 'ptrace: Operation not permitted.' >&2; exit 1");
  script("silent", "exit 0");
  script("nonsense", "echo hello");
});

const traced = (run: TestRun, name: string, manager = new ProcessManager(), pid = own): TracedProcess =>
  inCall(run, { name: "trace", source: "ProcessErrorKind" }, { line: 1, column: 1 }, (call) =>
    trace(call, manager, pid, undefined, { directory, name }),
  );

describe("by a program as gstack is", () => {
  test("frames of threads", () => {
    const run = testRun();
    const { pid, threads } = traced(run, "frames");
    expect(pid).toBe(own);
    expect(threads.map(({ frames }) => frames.map(({ functionName, line }) => [functionName, line]))).toEqual(
      [
        [
          ["nanosleep", undefined],
          ["main", 5],
        ],
      ],
    );
    expect(run.asked).toEqual([
      `process_system.trace process_system::Process::${own}`,
      `file_system.open file_system::Dir::${directory}`,
      `file_system.open file_system::File::${directory}/frames`,
      `file_system.execute file_system::File::${directory}/frames`,
    ]);
    expect(traced(run, "threads").pid).toBe(77);
  });

  test.each([
    [
      "argument",
      `Unable to trace process ${own}. Error details: pstack exited with code 7. Stdout: , Stderr: given ${own}\n`,
    ],
    [
      "refused",
      `Unable to trace process ${own}. Likely you need to set the CAP_SYS_PTRACE linux capability.`,
    ],
    [
      "silent",
      `Attempting to trace pid ${own} returned empty output. Likely you need to set the CAP_SYS_PTRACE linux capability.`,
    ],
    [
      "nonsense",
      `Unable to trace process ${own}. Error details: pstack returned unparseable output: hello\n`,
    ],
    ["absent", "No such file or directory (os error 2)"],
  ])("%s", (name, text) => {
    expect(failure(() => traced(testRun(), name))).toBe(`Other: ${text}`);
  });

  test("denied: each of its permissions, and nothing runs", () => {
    const say = (allows: (request: AuthorizationRequest) => boolean) =>
      failure(() => traced(testRun(allows), "frames"));
    expect(say(allBut("process_system.trace", own))).toBe(`PermissionDenied: ${denied("trace", own)}`);
    expect(say(allBut("file_system.open", directory))).toContain("Other: Permission denied: ");
    expect(say(allBut("file_system.open", `${directory}/frames`))).toContain("Other: Permission denied: ");
    expect(say(allBut("file_system.execute"))).toContain(
      `unauthorized to perform file_system::Action::"execute" for file_system::File::${directory}/frames`,
    );
  });
});

describe("what a script calls", () => {
  const say = (...args: bigint[]) => {
    const run = testRun();
    const [pid = 0n, inside] = args;
    const options = inside === undefined ? [] : [build(run, "TraceOptions", { ns_pid: inside })];
    return failure(() => under(run, "trace", under(run, "ProcessManager"), pid, ...options));
  };

  test("numbers of no process", () => {
    const text = "Process not found: Process not found: PID 2147483647";
    expect(say(2_147_483_647n)).toBe(`ProcessNotFound: ${text}`);
    expect(say(1n, 2_147_483_647n)).toBe(`ProcessNotFound: ${text}`);
    expect(say(-1n)).toBe(
      "Parameter 'pid' conversion failed: out of range integral type conversion attempted",
    );
  });

  test("a namespace that was not loaded, and one that has no such number", () => {
    expect(say(1n, BigInt(own))).toBe(
      "Other: PID namespace not found for PID 1: Namespace information was not present in process info. Hint: use safe_processes method with the load_namespace_info option to populate namespace info first.",
    );
    const run = testRun();
    const manager = under(run, "ProcessManager");
    under(run, "processes", manager, build(run, "ProcessOptions", { load_namespace_info: true }));
    const options = build(run, "TraceOptions", { ns_pid: BigInt(own) });
    expect(failure(() => under(run, "trace", manager, 2_147_483_647n, options))).toContain(
      "ProcessNotFound: Process not found: Process information was not present in the cache for namespace ",
    );
  });

  test("in a namespace, denied", () => {
    const run = testRun(allBut("process_system.trace", own));
    const manager = under(run, "ProcessManager");
    under(run, "processes", manager, build(run, "ProcessOptions", { load_namespace_info: true }));
    const options = build(run, "TraceOptions", { ns_pid: BigInt(own) });
    expect(failure(() => under(run, "trace", manager, BigInt(own), options))).toBe(
      `PermissionDenied: ${denied("trace", own)}`,
    );
  });
});
