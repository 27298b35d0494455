import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Denied } from "../../../policy/errors.ts";
import type { AuthorizationRequest } from "../../../policy/types.ts";
import { denialMessage } from "../../denial.ts";
import type { Call } from "../../operation.ts";
import { testRun } from "../../testing.ts";
import type { BlockDevice } from "./device.ts";
import { mountPoints } from "./sources.ts";
import { childrenOf } from "./tree.ts";

function callOf(allows?: (request: AuthorizationRequest) => boolean) {
  const run = testRun(allows);
  const call: Call = { run, access: run.access, line: 1, warn: () => undefined };
  return { call, asked: run.asked };
}

const device = (name: string, type: string, number: string): BlockDevice => {
  const [major = "", minor = ""] = number.split(":");
  return { name, type, major, minor, kibibytes: 1n, removable: "0", readOnly: "0", mountPoint: "" };
};
const NO_NAMES = new Map<string, string>();
const without = (path: string) => callOf(({ resource }) => resource.id !== path).call;

function denialOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Denied) return denialMessage(error);
    throw error;
  }
  return "";
}

describe("mount points", () => {
  test("are those of /proc/mounts, by the names of devices", () => {
    const { call, asked } = callOf();
    const points = mountPoints(call, NO_NAMES);
    for (const line of readFileSync("/proc/mounts", "utf8").split("\n")) {
      const [path = ""] = line.split(" ");
      if (path.startsWith("/dev")) expect(points.has(path.replace(/^\/dev\/(mapper\/)?/, ""))).toBe(true);
    }
    expect(asked).toEqual([
      "file_system.open file_system::Dir::/proc",
      "file_system.open file_system::File::/proc/mounts",
      `file_system.open file_system::File::/proc/${process.pid}/mounts`,
      `file_system.read file_system::File::/proc/${process.pid}/mounts`,
      "file_system.open file_system::File::/proc/swaps",
      "file_system.read file_system::File::/proc/swaps",
    ]);
  });

  test.each(["/proc", "/proc/mounts", `/proc/${process.pid}/mounts`, "/proc/swaps"])("denied: %s", (path) => {
    expect(denialOf(() => mountPoints(without(path), NO_NAMES))).toEndWith(`::${path}`);
  });
});

describe("children", () => {
  const parts = readdirSync("/sys/class/block").filter((name) =>
    existsSync(`/sys/class/block/${name}/partition`),
  );

  test.skipIf(parts.length === 0)("partitions are of their drive (skipped where there are none)", () => {
    for (const name of parts) {
      const number = readFileSync(`/sys/class/block/${name}/dev`, "utf8").trim();
      const [[drive = "", children] = []] = childrenOf(
        callOf().call,
        [device(name, "partition", number)],
        NO_NAMES,
      );
      expect(name).toStartWith(drive);
      expect(children).toEqual([name]);
    }
  });

  test("what is no device has no parents", () => {
    const devices = [device("b", "partition", "0:0"), device("a", "lvm", "0:0"), device("c", "disk", "0:0")];
    const { call, asked } = callOf();
    expect(childrenOf(call, devices, NO_NAMES)).toEqual(new Map());
    expect(asked).toEqual([
      "file_system.open file_system::Dir::/sys/dev/block/0:0/slaves",
      "file_system.open file_system::Dir::/sys/dev/block",
      "file_system.read file_system::File::/sys/dev/block/0:0",
    ]);
  });

  test("denied: the list of devices is needed, links and volumes are not", () => {
    const devices = [device("a", "lvm", "0:0"), device("b", "partition", "0:0")];
    for (const path of ["/sys/dev/block/0:0", "/sys/dev/block/0:0/slaves"]) {
      expect(childrenOf(without(path), devices, NO_NAMES)).toEqual(new Map());
    }
    expect(denialOf(() => childrenOf(without("/sys/dev/block"), devices, NO_NAMES))).toContain(
      '"open" for file_system::Dir::/sys/dev/block',
    );
  });
});
