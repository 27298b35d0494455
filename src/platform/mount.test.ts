import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBlockDevice, MountPoint, spaceAt } from "./mount.ts";
import { OsError } from "./os-error.ts";

const directory = realpathSync(mkdtempSync(join(tmpdir(), "remit-mount-")));
/** Whether tests may mount and unmount here: not without privileges, nor in most containers. */
const canMount = mount(directory) && command("umount", directory);

beforeAll(() => {
  mkdirSync(join(directory, "real/point"), { recursive: true });
  writeFileSync(join(directory, "file"), "x");
  symlinkSync("real", join(directory, "link"));
  symlinkSync("real/point", join(directory, "direct"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const at = (name: string): string => join(directory, name);
const unmount = (path: string): void => MountPoint.at(path, (point) => point.unmount());
const failure = (act: () => void): string => {
  try {
    act();
    return "";
  } catch (error) {
    return error instanceof OsError ? error.message : String(error);
  }
};
const isMounted = (path: string): boolean => readFileSync("/proc/mounts", "utf8").includes(` ${path} tmpfs `);

function mount(path: string): boolean {
  return command("mount", "-t", "tmpfs", "-o", "size=1m", "none", path);
}

function command(name: string, ...args: string[]): boolean {
  try {
    execFileSync(name, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("space", () => {
  test("is that of df", () => {
    const [, line = ""] = execFileSync("df", ["-B1", "--output=size,itotal", "/"]).toString().split("\n");
    const [bytes = "", files = ""] = line.trim().split(/\s+/);
    const space = spaceAt("/");
    expect(String(space.bytes)).toBe(bytes);
    expect(space.files).toBe(files === "-" ? 0n : BigInt(files));
    expect(space.availableBytes).toBeLessThanOrEqual(space.bytes);
    expect(space.freeFiles).toBeLessThanOrEqual(space.files);
  });

  test("a file can be a mount point", () => {
    expect(spaceAt(at("file")).bytes).toBe(spaceAt(directory).bytes);
  });

  test("through no link", () => {
    expect(() => spaceAt(at("link/point"))).toThrow(OsError);
  });

  test("what is not there", () => {
    expect(() => spaceAt(at("none"))).toThrow(new OsError("ENOENT"));
  });
});

describe("unmounting", () => {
  test.each([
    ["real/point", "EINVAL"],
    ["direct", "EINVAL"],
    ["none", "ENOENT"],
    ["file/none", "ENOTDIR"],
  ])("%s, where nothing is mounted: %s", (name, code) => {
    // Who may not unmount at all is told so, by some kernels before the name is looked at.
    const expected = canMount ? [code] : [code, "EPERM"];
    expect(expected.map((code) => new OsError(code).message)).toContain(failure(() => unmount(at(name))));
  });

  test("says where links lead, whatever the spelling", () => {
    const realPath = (path: string) => MountPoint.at(path, (point) => point.realPath);
    expect(realPath(at("link/point"))).toBe(at("real/point"));
    expect(realPath(`${directory}//./real/point/.`)).toBe(at("real/point"));
    expect(realPath("/")).toBe("/");
    expect(realPath("/proc")).toBe("/proc");
  });

  test.skipIf(!canMount)("what is mounted (skipped where this process may not mount)", () => {
    expect(mount(at("real/point"))).toBe(true);
    expect(isMounted(at("real/point"))).toBe(true);
    expect(spaceAt(at("real/point")).bytes).toBe(1024n ** 2n);
    unmount(at("link/point"));
    expect(isMounted(at("real/point"))).toBe(false);
  });
});

test("block devices", () => {
  expect(isBlockDevice("/dev/null")).toBe(false);
  expect(isBlockDevice("tmpfs")).toBe(false);
  expect(isBlockDevice("server:/share")).toBe(false);
});
