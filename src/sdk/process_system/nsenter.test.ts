import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Thrown, type Value } from "rhai-wasm";
import { isEntered } from "../entered.ts";
import { type Closure, type TestRun, testRun } from "../testing.ts";
import { allBut, build, denied, endAll, failure, root, start, under, until } from "./testing.ts";

const directory = mkdtempSync(join(tmpdir(), "remit-nsenter-"));
const inside = join(directory, "mounted/inside");
/** A process with a mount and a network namespace of its own; 0 where there can be none. */
let pid = 0;

const possible = root && spawnSync("unshare", ["-m", "-n", "true"]).status === 0;
const where = possible ? "" : " (skipped: needs root and unshare)";

beforeAll(async () => {
  if (!possible) return;
  mkdirSync(join(directory, "mounted"));
  const commands = [
    `mount -t tmpfs none ${directory}/mounted`,
    `echo here > ${inside}`,
    `touch ${directory}/ready`,
    "exec sleep 33",
  ];
  pid = await start("unshare", ["-m", "-n", "sh", "-c", commands.join(" && ")]);
  await until(() => existsSync(join(directory, "ready")));
});
afterAll(() => {
  endAll();
  rmSync(directory, { recursive: true, force: true });
});

const enter = (run: TestRun, options: { readonly [option: string]: Value }, closure: Closure): Value =>
  under(run, "nsenter", under(run, "ProcessManager"), build(run, "NamespaceOptions", options), closure);

const devices = (): number => readFileSync("/proc/thread-self/net/dev", "utf8").split("\n").length;
const fail = (): Value => {
  throw new Error("the closure was called");
};

describe(`namespaces of a process${where}`, () => {
  const ours = () => [existsSync(inside), devices(), process.cwd(), existsSync("./src")] as const;

  test.skipIf(!possible)("the closure is in them, and what follows is not", () => {
    const run = testRun();
    const before = ours();
    const seen = enter(run, { pid: BigInt(pid), mount: true, net: true }, () => {
      expect(isEntered(run)).toBe(true);
      expect(devices()).not.toBe(before[1]);
      return readFileSync(inside, "utf8");
    });
    expect(seen).toBe("here\n");
    expect(ours()).toEqual(before);
    expect(isEntered(run)).toBe(false);
    expect(run.asked).toEqual([
      `process_system.mount_namespace process_system::Process::${pid}`,
      `process_system.network_namespace process_system::Process::${pid}`,
    ]);
  });

  test.skipIf(!possible)("one of the two; one within the other; again and again", () => {
    const run = testRun();
    const before = ours();
    const target = { pid: BigInt(pid) };
    for (let round = 0; round < 3; round++) {
      const nested = enter(run, { ...target, mount: true }, () => {
        expect([existsSync(inside), devices()]).toEqual([true, before[1]]);
        return enter(run, { ...target, net: true }, () => existsSync(inside) && devices() !== before[1]);
      });
      expect(nested).toBe(true);
      expect(ours()).toEqual(before);
    }
    enter(run, { ...target, net: true }, () => {
      expect(existsSync(inside)).toBe(false);
      return null;
    });
  });

  test.skipIf(!possible)("an error of the closure is an error of nsenter, outside of them", () => {
    const run = testRun();
    const before = ours();
    expect(
      failure(() =>
        enter(run, { pid: BigInt(pid), mount: true, net: true }, () => {
          throw new Thrown("oops");
        }),
      ),
    ).toStartWith("CallbackExecutionError: Callback execution failed: ");
    expect(ours()).toEqual(before);
    expect(isEntered(run)).toBe(false);
  });

  test.skipIf(!possible)("what other threads do is refused in them", () => {
    const run = testRun();
    const request = under(run, "get", under(run, "Client"), "http://127.0.0.1:1/");
    const said = enter(run, { pid: BigInt(pid), net: true }, () =>
      failure(() => under(run, "send", request)),
    );
    expect(said).toBe("Other: send is not possible within nsenter: it works on threads that stay outside");
    expect(run.asked).not.toContain("network.GET network::url::http://127.0.0.1:1/");
  });

  test.each(["mount", "network"])("denied: %s, and the closure is not called", (name) => {
    const own = BigInt(process.pid);
    const both = { pid: own, mount: true, net: true };
    const run = testRun(allBut(`process_system.${name}_namespace`));
    expect(failure(() => enter(run, both, fail))).toBe(
      `PermissionDenied: ${denied(`${name}_namespace`, process.pid)}`,
    );
  });

  test("one that is not there", () => {
    expect(failure(() => enter(testRun(), { pid: 2_147_483_647n, net: true }, fail))).toBe(
      "ProcessNotFound: Process not found: Process with specified PID does not exist. Hint: use safe_processes method to get the target process pid first.: PID 2147483647",
    );
  });
});

describe(`a named network namespace${where}`, () => {
  const name = `remit-${process.pid}`;
  const named = possible && spawnSync("ip", ["netns", "add", name]).status === 0;
  afterAll(() => {
    if (named) spawnSync("ip", ["netns", "delete", name]);
  });

  test.skipIf(!named)("the closure is in it", () => {
    const run = testRun();
    const before = devices();
    expect(enter(run, { net_ns_name: name }, () => devices() !== before)).toBe(true);
    expect(devices()).toBe(before);
    expect(run.asked).toEqual([
      `file_system.network_namespace file_system::File::/run/netns/${name}`,
      "file_system.open file_system::Dir::/run/netns",
      `file_system.open file_system::File::/run/netns/${name}`,
    ]);
  });

  test("denied", () => {
    const path = "/run/netns/absent";
    const say = (action: string, id: string) =>
      failure(() => enter(testRun(allBut(action, id)), { net_ns_name: "absent" }, fail));
    const text = (verb: string, resource: string) =>
      `Permission denied: User::"tester" unauthorized to perform file_system::Action::"${verb}" for file_system::${resource}`;
    expect(say("file_system.network_namespace", path)).toBe(
      `PermissionDenied: ${text("network_namespace", `File::${path}`)}`,
    );
    expect(say("file_system.open", "/run/netns")).toBe(
      `NamespaceOperationError: Namespace operation failed: Failed to open network namespace at /run/netns: ${text("open", "Dir::/run/netns")}`,
    );
  });

  test("one that is not there, and what is no name", () => {
    const say = (net_ns_name: string) => failure(() => enter(testRun(), { net_ns_name }, fail));
    expect(say("absent")).toBe(
      "NamespaceOperationError: Namespace operation failed: Failed to open network namespace at /run/netns: No such file or directory (os error 2)",
    );
    expect(say("../b")).toBe("Other: Path traversal detected /run/netns/../b");
    expect(say("a*b")).toBe("Other: Path contains invalid characters /run/netns/a*b");
  });
});

test("options are judged when they are used", () => {
  const say = (options: { readonly [option: string]: Value }) =>
    failure(() => enter(testRun(), options, fail));
  expect(say({})).toBe(
    "ValidationError: Validation error: At least one namespace must be enabled. Must specify pid or namespace filename",
  );
  expect(say({ pid: 1n })).toBe(
    "ValidationError: Validation error: At least one namespace type (mount or net) must be enabled",
  );
  const both =
    "ValidationError: Validation error: Cannot set both name and pid, and entering a mount namespace by filename is not supported";
  expect(say({ pid: 1n, net: true, net_ns_name: "x" })).toBe(both);
  expect(say({ mount: true, net_ns_name: "x" })).toBe(both);
});
