import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnumValue, type Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { caller, messageOf, testRun, thrownBy } from "../testing.ts";
import { type Filesystem, MOUNTS_PATH } from "./filesystems.ts";
import { diskNamespaces } from "./index.ts";

const directory = realpathSync(mkdtempSync(join(tmpdir(), "remit-disk-")));
symlinkSync(".", join(directory, "link"));
afterAll(() => rmSync(directory, { recursive: true }));

const call = caller(diskNamespaces);
const allBut =
  (verb: string, id: string) =>
  ({ action, resource }: AuthorizationRequest): boolean =>
    action !== `file_system.${verb}` || resource.id !== id;
const denial = (verb: string, entity: string): string =>
  `Permission denied: User::"tester" unauthorized to perform file_system::Action::"${verb}" for file_system::${entity}`;

function built(name: string, options: { readonly [option: string]: Value } = {}): Value {
  const run = testRun();
  let builder = call(run, name);
  for (const [option, value] of Object.entries(options)) builder = call(run, option, builder, value);
  return call(run, "build", builder);
}
const list = (options: { readonly [option: string]: Value } = {}, run = testRun()): readonly Filesystem[] =>
  call(run, "filesystems", call(run, "Filesystems", built("FilesystemOptions", options))) as Filesystem[];
const places = (filesystems: readonly Filesystem[]): string[] =>
  filesystems.map(({ values }) => values.mounted_on);

describe("file systems", () => {
  test("sizes are those of df", () => {
    const [root] = list().filter(({ values }) => values.mounted_on === "/");
    const [, bytes = ""] = execFileSync("df", ["-B1", "--output=size", "/"]).toString().trim().split("\n");
    expect(String(root?.values.size)).toBe(bytes.trim());
    const values = root?.values;
    expect(values?.block_used).toBe((values?.size ?? 0n) - (values?.block_available ?? 0n));
    expect(values?.iused).toBe((values?.inodes ?? 0n) - (values?.ifree ?? 0n));
    expect(values?.kb_blocks).toBe((values?.size ?? 0n) / 1024n);
    expect(values?.mount_options.length).toBeGreaterThan(0);
  });

  test("what is asked: both lists, then every mount point", () => {
    const run = testRun();
    const found = call(run, "df") as Filesystem[];
    expect(run.asked.slice(0, 2)).toEqual([
      "file_system.read file_system::File::/proc/mounts",
      "file_system.read file_system::File::/proc/diskstats",
    ]);
    for (const place of places(found)) {
      expect(run.asked).toContain(`file_system.stat file_system::Dir::${place}`);
    }
  });

  test("chosen by the beginning of where they are mounted", () => {
    expect(list({ targets: ["/no such place"] })).toEqual([]);
    expect(places(list({ targets: ["/"] }))).toEqual(places(list()));
    expect(places(list({ targets: ["/no such place", 5n, "/"], local: true }))).toContain("/");
  });

  test("denied: the lists, and each mount point", () => {
    for (const path of [MOUNTS_PATH, "/proc/diskstats"]) {
      const run = testRun(allBut("read", path));
      expect(messageOf(() => list({}, run))).toBe(denial("read", `File::${path}`));
    }
    const run = testRun(allBut("stat", "/"));
    expect(messageOf(() => list({}, run))).toBe(denial("stat", "Dir::/"));
    expect(thrownBy(() => call(run, "df"))).toBe(denial("stat", "Dir::/"));
  });
});

describe("statistics", () => {
  test("of processors and drives", () => {
    const run = testRun();
    const snapshot = call(run, "iostat");
    expect(run.asked).toEqual([
      "file_system.read file_system::File::/proc/stat",
      "file_system.read file_system::File::/proc/diskstats",
    ]);
    const cpu = call(run, "to_map", call(run, "cpu_stats", snapshot)) as Map<string, number>;
    expect([...cpu.values()].reduce((sum, percent) => sum + percent)).toBeCloseTo(100);
    expect(call(run, "to_string", snapshot)).toStartWith(
      "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n          ",
    );
  });

  test("denied", () => {
    for (const path of ["/proc/stat", "/proc/diskstats"]) {
      const run = testRun(allBut("read", path));
      const text = denial("read", `File::${path}`);
      expect(thrownBy(() => call(run, "iostat"))).toBe(text);
      const filesystems = call(run, "Filesystems", built("FilesystemOptions"));
      expect(messageOf(() => call(run, "iostat", filesystems))).toBe(text);
    }
  });
});

describe("unmounting", () => {
  const unmount = (path: string, run = testRun()): Value =>
    call(run, "unmount", built("UnmountOptions", { path }));

  test("what is no mount point", () => {
    const run = testRun();
    expect(messageOf(() => unmount(directory, run))).toMatch(
      new RegExp(
        `^Failed to unmount ${directory}: (Invalid argument \\(os error 22\\)|Operation not permitted)`,
      ),
    );
    expect(run.asked).toEqual([`file_system.unmount file_system::Dir::${directory}`]);
  });

  test("denied", () => {
    const run = testRun(() => false);
    expect(messageOf(() => unmount(directory, run))).toBe(denial("unmount", `Dir::${directory}`));
  });

  test("where a link leads is asked for too", () => {
    const run = testRun(allBut("unmount", join(directory, "x")));
    expect(messageOf(() => unmount(join(directory, "link/x"), run))).toBe(
      denial("unmount", `Dir::${join(directory, "x")}`),
    );
  });

  test.each([
    ["mnt", "Path is not absolute mnt"],
    ["/tmp/../mnt", "Path traversal detected /tmp/../mnt"],
    ["/tmp/a*b", "Path contains invalid characters /tmp/a*b"],
  ])("%s", (path, message) => {
    const error = thrownBy(() => unmount(path)) as Map<string, Value>;
    expect(error.get("message")).toBe(message);
    expect(error.get("source")).toBe("DiskinfoErrorKind");
  });

  test("without a path", () => {
    expect(messageOf(() => built("UnmountOptions"))).toBe("`path` must be initialized");
  });
});

describe("block devices", () => {
  // Without this directory the call fails, as in the reference.
  const hasIds = existsSync("/dev/disk/by-id");

  test.skipIf(!hasIds)("are listed by name (skipped where /dev/disk/by-id is missing)", () => {
    for (const [name, device] of call(testRun(), "lsblk") as Map<string, Map<string, Value>>) {
      expect(device.get("name")).toBe(name);
      expect(device.get("size_kib")).toBeGreaterThanOrEqual(0n);
    }
  });

  test("the first denial is the call's, as a text", () => {
    const run = testRun(allBut("open", "/proc/partitions"));
    expect(thrownBy(() => call(run, "lsblk"))).toBe(denial("open", "File::/proc/partitions"));
    expect(run.asked).toEqual([
      "file_system.open file_system::Dir::/proc",
      "file_system.open file_system::File::/proc/partitions",
    ]);
  });
});

test.each([
  ["BYTES", 0, 2_621_440n],
  ["KILOBYTES", 1, 2560n],
  ["MEGABYTES", 2, 2n],
])("bytes in %s", (_constant, ordinal, size) => {
  const run = testRun(() => false);
  expect(call(run, "format_bytes", 2_621_440n, new EnumValue("Unit", ordinal, ""))).toBe(size);
  expect(run.asked).toEqual([]);
});
