import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Terminated, Thrown, type Value } from "rhai-wasm";
import { unprivileged } from "../../platform/bun-testing.ts";
import { startSystemd, type TestSystemd } from "../../platform/bus/systemd-testing.ts";
import { NO_BUS, startBus, type TestBus } from "../../platform/bus/testing.ts";
import { caller, type TestRun, testRun, waitFor } from "../testing.ts";
import { systemdNamespaces } from "./index.ts";
import { stateOf } from "./state.ts";

const VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS";
const before = process.env[VARIABLE];
const root = process.geteuid?.() === 0;
const call = caller(systemdNamespaces);
const operations = systemdNamespaces.flatMap((namespace) => namespace.operations);

/** Calls a method of a manager, as a script does that waits for it. */
async function manage(run: TestRun, name: string, ...args: readonly string[]): Promise<Value> {
  const operation = operations.find((candidate) => candidate.name === name && candidate.waits);
  if (!operation) throw new Error(`no operation ${name} that waits`);
  const values = [call(run, "SystemctlManager"), ...args];
  return waitFor(run, operation, values);
}

/** Kind and message of the error that a script catches. */
async function failure(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof Thrown && error.value instanceof Map)) throw error ?? new Error("no error");
  const kind = error.value.get("kind") as { readonly name: string };
  return `${kind.name}: ${error.value.get("message")}`;
}

const CHANGES = [
  ["start", "start", "StartUnit"],
  ["stop", "stop", "StopUnit"],
  ["restart", "restart", "RestartUnit"],
  ["try_restart", "restart", "TryRestartUnit"],
] as const;

const denied = (action: string, resource: string): string =>
  `PermissionDenied: Permission denied: User::"tester" unauthorized to perform systemd::Action::"${action}" for systemd::${resource}`;

afterAll(() => {
  if (before === undefined) delete process.env[VARIABLE];
  else process.env[VARIABLE] = before;
});

describe("states", () => {
  test.each([
    ["active", true],
    ["reloading", true],
    ["refreshing", true],
    ["inactive", false],
    ["failed", false],
    ["activating", false],
    ["deactivating", false],
    ["maintenance", false],
    ["unknown", false],
  ])("%s", (name, active) => {
    const state = stateOf(name);
    expect(state.name).toBe(name);
    expect(call(testRun(), "is_active", state)).toBe(active);
  });
  test("of any case, and those that are new", () => {
    expect([stateOf("ACTIVE").name, stateOf("melting").name]).toEqual(["active", "unknown"]);
  });
});

test("who may not become root has no manager: the run ends", () => {
  if (!root) expect(() => call(testRun(), "SystemctlManager")).toThrow(Terminated);
  else {
    expect(() => unprivileged(() => call(testRun(), "SystemctlManager"))).toThrow(
      new Terminated("Failed to initialize systemd manager. Error: EPERM: Operation not permitted"),
    );
    expect(call(testRun(), "SystemctlManager")).toBeDefined();
  }
});

describe.skipIf(!root)(`a manager${root ? "" : " (skipped: not root)"}`, () => {
  describe("where there is no bus", () => {
    beforeEach(() => {
      process.env[VARIABLE] = "unix:path=/nonexistent/bus";
    });
    test.each(["start", "status"])("%s", async (name) => {
      expect(await failure(manage(testRun(), name, "a.service"))).toBe(
        "DBusError: Failed to connect to system bus: Failed to connect to address `unix:path=/nonexistent/bus`: No such file or directory (os error 2)",
      );
    });
    test("denied: the bus is not looked for", async () => {
      const run = testRun(() => false);
      expect(await failure(manage(run, "status", "a.service"))).toBe(denied("status", "Service::a.service"));
    });
  });

  describe.skipIf(NO_BUS !== "")(`on a bus${NO_BUS}`, () => {
    let bus: TestBus;
    let systemd: TestSystemd;
    beforeAll(async () => {
      bus = await startBus();
      systemd = await startSystemd(bus.address, {
        "a.service": {
          Description: 'a "quoted"\nname',
          ActiveState: "active",
          MainPID: 4711,
          TasksCurrent: 2n ** 64n - 1n,
          MemoryCurrent: 1_048_576n,
          Documentation: ["man:a(1)", "https://a.example"],
          NeedDaemonReload: true,
        },
        "ended.service": { Description: "ended", ActiveState: "failed", SubState: "failed" },
        "halves.service": { Description: "no numbers", ActiveState: "active" },
        "new.service": { Description: "new", ActiveState: "melting" },
      });
    });
    beforeEach(() => {
      process.env[VARIABLE] = bus.address;
    });
    afterAll(async () => {
      await systemd.stop();
      bus.stop();
    });
    const lastCall = () => systemd.calls.at(-1);

    test.each(CHANGES)("%s", async (name, action, method) => {
      const run = testRun();
      expect(await manage(run, name, "a.service")).toBeNull();
      expect(run.asked).toEqual([`systemd.${action} systemd::Service::a.service`]);
      expect(lastCall()).toEqual({ method, args: ["a.service", "replace"], uid: 0 });
    });

    test.each(CHANGES)("%s denied: nothing is sent", async (name, action) => {
      const count = systemd.calls.length;
      const run = testRun(({ resource }) => resource.attributes["name"] !== "a.service");
      expect(await failure(manage(run, name, "a.service"))).toBe(denied(action, "Service::a.service"));
      expect(systemd.calls.length).toBe(count);
    });

    test.each(CHANGES)("%s of what is no service", async (name) => {
      for (const service of ["none.service", "", "a", "x".repeat(300), "a\0.service", "constructor"]) {
        expect(await failure(manage(testRun(), name, service))).toBe(`ServiceNotFound: Unit: ${service}`);
      }
    });

    test("daemon_reload", async () => {
      const run = testRun();
      expect(await manage(run, "daemon_reload")).toBeNull();
      expect(run.asked[0]).toMatch(/^systemd\.daemon_reload systemd::Systemd::[0-9a-f-]{36}$/);
      expect(lastCall()).toEqual({ method: "Reload", args: [], uid: 0 });
    });

    test("daemon_reload denied: nothing is sent", async () => {
      const count = systemd.calls.length;
      const run = testRun(({ action }) => action !== "systemd.daemon_reload");
      expect(await failure(manage(run, "daemon_reload"))).toStartWith(denied("daemon_reload", "Systemd::"));
      expect(systemd.calls.length).toBe(count);
    });

    test("status of a service that runs", async () => {
      const run = testRun();
      const info = await manage(run, "status", "a.service");
      expect(run.asked).toEqual(["systemd.status systemd::Service::a.service"]);
      const expected = {
        name: "a.service",
        description: 'a "quoted"\nname',
        load_state: "loaded",
        load_path: "/etc/systemd/system/unit",
        unit_file_state: "enabled",
        unit_file_preset: "enabled",
        active_state: "active",
        sub_state: "running",
        main_pid: 4711,
        tasks: "18446744073709551615",
        memory: "1048576",
        documentation: ["man:a(1)", "https://a.example"],
        need_daemon_reload: true,
      };
      expect(call(run, "to_map", info)).toEqual(
        new Map<string, Value>(Object.entries({ ...expected, main_pid: 4711n })),
      );
      expect(call(run, "to_string", info)).toBe(JSON.stringify(expected, null, 2));
      expect(["main_pid", "tasks", "memory"].map((name) => call(run, name, info))).toEqual([
        4711n,
        18446744073709551615n,
        1_048_576n,
      ]);
      expect(call(run, "active_state", info)).toEqual(stateOf("active"));
    });

    test("status denied: nothing is sent", async () => {
      const count = systemd.calls.length;
      const run = testRun(({ action }) => action !== "systemd.status");
      expect(await failure(manage(run, "status", "a.service"))).toBe(denied("status", "Service::a.service"));
      expect(systemd.calls.length).toBe(count);
    });

    test("status of one that does not run has no numbers", async () => {
      const run = testRun();
      const info = await manage(run, "status", "ended.service");
      expect(["main_pid", "tasks", "memory"].map((name) => call(run, name, info))).toEqual([
        null,
        null,
        null,
      ]);
      expect(call(run, "active_state", info)).toEqual(stateOf("failed"));
      expect(call(run, "active_state", await manage(run, "status", "new.service"))).toEqual(
        stateOf("unknown"),
      );
    });

    test("status of what is no service, and of a unit of another kind", async () => {
      for (const service of ["none.service", "a", "x".repeat(300), "a\0.service"]) {
        expect(await failure(manage(testRun(), "status", service))).toBe(`ServiceNotFound: Unit: ${service}`);
      }
      expect(await failure(manage(testRun(), "status", "halves.service"))).toStartWith(
        "DBusError: D-Bus operation failed: org.freedesktop.DBus.Error.",
      );
    });
  });
});
