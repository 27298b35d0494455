import { describe, expect, test } from "bun:test";
import { accessSync, constants, readFileSync } from "node:fs";
import { EnumValue, Terminated, type Value } from "rhai-wasm";
import { unprivileged } from "../../platform/bun-testing.ts";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { caller, messageOf, type TestRun, testRun, thrownBy } from "../testing.ts";
import { sysctlNamespaces } from "./index.ts";
import { keyOf, placeOf } from "./key.ts";

const call = caller(sysctlNamespaces);
const root = process.geteuid?.() === 0;
/** A parameter that is set to what it is: whoever runs the tests keeps the kernel that they had. */
const KEY = "kernel.printk_ratelimit";
const PATH = "/proc/sys/kernel/printk_ratelimit";

const kernelText = (path: string): string => readFileSync(path, "utf8").trim();
const writable = root && allowed(PATH, constants.W_OK);

function allowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

const manage = (run: TestRun, name: string, ...args: readonly string[]): Value =>
  call(run, name, call(run, "SysctlManager"), ...args);

/** Kind and message of the error that a script catches. */
function failure(action: () => unknown): string {
  const error = thrownBy(action);
  const kind = error instanceof Map ? error.get("kind") : undefined;
  return kind instanceof EnumValue && error instanceof Map
    ? `${kind.name}: ${error.get("message")}`
    : "no map";
}

const asked = (run: TestRun): string[] =>
  run.asked.map((request) => request.replaceAll("file_system.", "").replaceAll("file_system::", ""));

const without =
  (verb: string, path: string) =>
  ({ action, resource }: AuthorizationRequest): boolean =>
    !(resource.id === path && action.endsWith(`.${verb}`)) && action !== "file_system.redacted_read";

const denied = (verb: string, type: string, path: string, user = 'User::"tester"'): string =>
  `Permission denied: ${user} unauthorized to perform file_system::Action::"${verb}" for file_system::${type}::${path}`;

describe("keys", () => {
  test.each([
    ["kernel.hostname", "/proc/sys/kernel", "hostname"],
    ["net.ipv4.ip_forward", "/proc/sys/net/ipv4", "ip_forward"],
    ["kernel/hostname", "/proc/sys/kernel", "hostname"],
    ["", "/proc", "sys"],
    ["..", "/proc", "sys"],
    ["../../etc/passwd", "/proc/sys///////etc", "passwd"],
  ])("%s", (key, directory, name) => {
    expect(placeOf(key)).toEqual({ directory, name });
  });
  test("of a path", () => expect(keyOf("/proc/sys/net/ipv4/ip_forward")).toBe("net.ipv4.ip_forward"));
});

describe("read", () => {
  const DIRECTORY = "/proc/sys/kernel";
  const OSTYPE = `${DIRECTORY}/ostype`;

  test("asks for the directory, the file and its content", () => {
    const run = testRun();
    expect(manage(run, "read", "kernel.ostype")).toBe("Linux");
    expect(asked(run)).toEqual([`open Dir::${DIRECTORY}`, `open File::${OSTYPE}`, `read File::${OSTYPE}`]);
    expect(call(testRun(), "sysctl_read", "kernel.ostype")).toBe("Linux");
  });

  test.each([
    ["open", "Dir", DIRECTORY],
    ["open", "File", OSTYPE],
    ["read", "File", OSTYPE],
  ])("denied: %s of %s", (verb, type, path) => {
    const run = (): TestRun => testRun(without(verb, path));
    const message = denied(verb, type, path);
    expect(failure(() => manage(run(), "read", "kernel.ostype"))).toBe(`Other: ${message}`);
    expect(messageOf(() => call(run(), "sysctl_read", "kernel.ostype"))).toBe(message);
  });

  test("another spelling of a forbidden path is forbidden, too", () => {
    for (const key of [".kernel.ostype", "/kernel/ostype", "kernel..ostype"]) {
      const run = testRun(without("read", OSTYPE));
      expect(failure(() => manage(run, "read", key))).toContain("Permission denied: ");
    }
  });

  test.each([
    ["kernel.none", "No such file or directory (os error 2)"],
    ["none.none", "No such file or directory (os error 2)"],
    ["", "Validation error: argument is not a file"],
    ["net.ipv4", "Validation error: argument is not a file"],
    ["../../etc/passwd", "No such file or directory (os error 2)"],
    ["kernel.x?", "Path contains invalid characters /proc/sys/kernel/x?"],
    ["a\0b", "Path contains invalid characters /proc/sys/a\0b"],
  ])("no parameter: %j", (key, message) => {
    expect(failure(() => manage(testRun(), "read", key))).toBe(`Other: ${message}`);
    expect(messageOf(() => call(testRun(), "sysctl_read", key))).toBe(message);
  });

  test("what only root may read, by another who may not become root", () => {
    const message = "Permission denied (os error 13)";
    unprivileged(() => {
      expect(failure(() => manage(testRun(), "read", "kernel.cad_pid"))).toBe(`Other: ${message}`);
      expect(messageOf(() => call(testRun(), "sysctl_read", "kernel.cad_pid"))).toBe(message);
    });
  });
});

describe("find", () => {
  const keys = (run: TestRun, pattern: string): string[] => {
    const found = manage(run, "find", pattern);
    return Array.isArray(found) ? found.map((entry) => String(call(run, "key", entry))).sort() : [];
  };

  test("by the path, as records and as maps", () => {
    const run = testRun();
    const pattern = "^/proc/sys/kernel/(ostype|osrelease)$";
    expect(keys(run, pattern)).toEqual(["kernel.osrelease", "kernel.ostype"]);
    const entry = new Map([
      ["key", "kernel.ostype"],
      ["value", "Linux"],
    ]);
    const [found] = manage(run, "find", "/kernel/ostype$") as Value[];
    expect(call(run, "to_map", found ?? null)).toEqual(entry);
    expect(call(run, "sysctl_find", "/kernel/ostype$")).toEqual([entry]);
    expect(keys(run, "/no_such_parameter$")).toEqual([]);
  });

  test("asks for each directory and each match", () => {
    const run = testRun();
    keys(run, "/kernel/ostype$");
    const requests = asked(run);
    expect(requests.slice(0, 2)).toEqual(["open Dir::/proc/sys", "read Dir::/proc/sys"]);
    for (const directory of ["/proc/sys/kernel", "/proc/sys/kernel/random"]) {
      expect(requests).toContain(`open Dir::${directory}`);
      expect(requests).toContain(`read Dir::${directory}`);
    }
    expect(requests.filter((request) => request.includes("File::"))).toEqual([
      "open File::/proc/sys/kernel/ostype",
      "read File::/proc/sys/kernel/ostype",
    ]);
  });

  test("denied: what may not be read is left out, without a word in the log", () => {
    const pattern = "/kernel/(ostype|osrelease)$";
    for (const verb of ["open", "read"]) {
      const run = testRun(without(verb, "/proc/sys/kernel/ostype"));
      expect(keys(run, pattern)).toEqual(["kernel.osrelease"]);
      expect(run.logs).toEqual([]);
    }
    expect(keys(testRun(without("open", "/proc/sys/kernel")), pattern)).toEqual([]);
  });

  test("denied: the root", () => {
    const message = denied("open", "Dir", "/proc/sys");
    const run = (): TestRun => testRun(without("open", "/proc/sys"));
    expect(failure(() => manage(run(), "find", "x"))).toBe(`Other: ${message}`);
    expect(messageOf(() => call(run(), "sysctl_find", "x"))).toBe(message);
  });

  test("those that act when they are read, or have another name by now, are left out", () => {
    expect(keys(testRun(), "/(stat_refresh|retrans_time|base_reachable_time)$")).toEqual([]);
  });

  test("what only root may read is left out for another", () => {
    unprivileged(() => expect(keys(testRun(), "/kernel/(cad_pid|ostype)$")).toEqual(["kernel.ostype"]));
  });

  test("no regex", () => {
    const message = messageOf(() => call(testRun(), "sysctl_find", "kernel["));
    expect(message).toStartWith(
      "Validation error: Invalid regex pattern: 'kernel[' - regex parse error:\n    kernel[",
    );
    expect(failure(() => manage(testRun(), "find", "kernel["))).toBe(`Other: ${message}`);
  });
});

describe("write", () => {
  describe.skipIf(!writable)(
    `as root${writable ? "" : " (skipped: not root, or /proc/sys is read-only)"}`,
    () => {
      test("sets it, and asks for root", () => {
        const before = kernelText(PATH);
        const run = testRun();
        expect(manage(run, "write", KEY, before)).toBeNull();
        expect(call(testRun(), "sysctl_write", KEY, before)).toBeNull();
        expect(kernelText(PATH)).toBe(before);
        expect(asked(run).slice(0, 3)).toEqual([
          "as root: open Dir::/proc/sys/kernel",
          `as root: open File::${PATH}`,
          `as root: write File::${PATH}`,
        ]);
        expect(asked(run).every((request) => request.startsWith("as root: "))).toBe(true);
      });

      test("what the kernel does not take", () => {
        expect(failure(() => manage(testRun(), "write", KEY, "no number"))).toBe(
          `InvalidValue: Invalid sysctl value for ${KEY}=no number: Invalid argument`,
        );
      });
    },
  );

  describe.skipIf(!root)(`as root${root ? "" : " (skipped: not root)"}, without an effect`, () => {
    test.each([
      ["open", "Dir", "/proc/sys/kernel"],
      ["open", "File", PATH],
      ["write", "File", PATH],
    ])("denied: %s of %s", (verb, type, path) => {
      const before = kernelText(PATH);
      const run = (): TestRun => testRun(without(verb, path));
      const message = denied(verb, type, path, "root");
      expect(failure(() => manage(run(), "write", KEY, "77"))).toBe(`Other: ${message}`);
      expect(messageOf(() => call(run(), "sysctl_write", KEY, "77"))).toBe(message);
      expect(kernelText(PATH)).toBe(before);
    });

    test("a policy for this user alone does not set it", () => {
      const run = testRun((_request, principal) => principal !== "root");
      const message = denied("open", "Dir", "/proc/sys/kernel", "root");
      expect(failure(() => manage(run, "write", KEY, "77"))).toBe(`Other: ${message}`);
    });

    test.each([
      ["kernel.none", "InvalidParameter: Invalid sysctl parameter: kernel.none"],
      ["none.none", "InvalidParameter: Invalid sysctl parameter: none.none"],
      ["net.ipv4", "Other: Is a directory (os error 21)"],
      ["kernel.x?", "Other: Path contains invalid characters /proc/sys/kernel/x?"],
    ])("no parameter: %s", (key, message) => {
      expect(failure(() => manage(testRun(), "write", key, "1"))).toBe(message);
    });
  });

  test("who may not become root: the run ends, unless it was a function of the shell's kind", () => {
    const message = "Failed to switch privileges: EPERM: Operation not permitted";
    unprivileged(() => {
      expect(() => manage(testRun(), "write", KEY, "77")).toThrow(new Terminated(message));
      expect(messageOf(() => call(testRun(), "sysctl_write", KEY, "77"))).toBe(message);
    });
  });
});

describe("load_system", () => {
  const LOAD = "sysctl.load sysctl::Sysctl::";

  test("denied: nothing is opened", () => {
    const run = testRun(({ action }) => action !== "sysctl.load");
    expect(failure(() => manage(run, "load_system"))).toStartWith(
      'PermissionDenied: Permission denied: User::"tester" unauthorized to perform sysctl::Action::"load" for sysctl::Sysctl::',
    );
    expect(run.asked).toHaveLength(1);
    expect(run.asked[0]).toStartWith(LOAD);
  });

  test.each([
    ["Dir", "/usr/sbin"],
    ["File", "/usr/sbin/sysctl"],
  ])("denied: open of %s", (type, path) => {
    const run = testRun(without("open", path));
    expect(failure(() => manage(run, "load_system"))).toBe(`Other: ${denied("open", type, path)}`);
  });
});
