import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { SdkError } from "../errors.ts";
import { type TestRun, testRun } from "../testing.ts";
import type { DirHandle, FileHandle } from "./handles.ts";
import {
  type OpenDirOptions,
  openDir,
  openFile,
  openSubdir,
  openSubdirFollowing,
  openSymlink,
} from "./open.ts";
import { fromPlatform } from "./os-errors.ts";

let root: string;
let open: { release(): void }[];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "remit-open-")));
  open = [];
});
afterEach(() => {
  for (const handle of open) handle.release();
  rmSync(root, { recursive: true });
});

const at = (...names: string[]) => join(root, ...names);
const callOf = (run: TestRun) => ({ run, access: run.access, line: 1, warn: () => {} });
const keep = <T extends { release(): void }>(handle: T): T => {
  open.push(handle);
  return handle;
};
const openAt = (path: string, options: OpenDirOptions = {}, run = testRun()): DirHandle =>
  keep(openDir(callOf(run), path, options));
const fileIn = (
  directory: DirHandle,
  name: string,
  options: Parameters<typeof openFile>[3] = { read: true },
  run = testRun(),
): FileHandle => keep(openFile(callOf(run), directory, name, options));

/** A run that is denied `verb` of `path`. */
const without = (verb: string, path: string) =>
  testRun(
    ({ action, resource }: AuthorizationRequest) => action !== `file_system.${verb}` || resource.id !== path,
  );
const asked = (run: TestRun) => run.asked.map((request) => request.replaceAll(/file_system(\.|::)/g, ""));

/** Kind and message of the error that `act` ends in. */
function failure(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const seen = fromPlatform(error);
    if (seen instanceof SdkError) return `${seen.kind}|${seen.message}`;
    return seen instanceof Error ? seen.constructor.name : String(seen);
  }
  throw new Error("expected an error");
}

describe("openDir", () => {
  test("the text given is asked for, once", () => {
    const run = testRun();
    expect(openAt(`${root}/`, {}, run).path).toBe(root);
    expect(asked(run)).toEqual([`open Dir::${root}`]);
  });

  test("another spelling: the real path too", () => {
    mkdirSync(at("a"));
    const run = testRun();
    expect(openAt(`${root}//a/.`, {}, run).path).toBe(at("a"));
    expect(asked(run)).toEqual([`open Dir::${root}//a/.`, `open Dir::${at("a")}`]);
    expect(failure(() => openAt(`${root}//a`, {}, without("open", at("a"))))).toBe("Denied");
  });

  test("a denial comes before what is there", () => {
    expect(failure(() => openAt(at("none"), {}, without("open", at("none"))))).toBe("Denied");
    expect(failure(() => openAt(at("none")))).toBe("IoError|No such file or directory (os error 2)");
  });

  test("links only on request, and then the target is asked for", () => {
    mkdirSync(at("real/in"), { recursive: true });
    symlinkSync("real", at("link"));
    const reason = "Not a directory, enable follow_symlinks to open the target directory";
    expect(failure(() => openAt(at("link/in")))).toBe(
      `DirectoryOpenError|Directory error: ${reason}: ${at("link/in")}`,
    );
    const run = testRun();
    expect(openAt(at("link/in"), { followSymlinks: true }, run).path).toBe(at("real/in"));
    expect(asked(run)).toEqual([`open Dir::${at("link/in")}`, `open Dir::${at("real/in")}`]);
    const denied = without("open", at("real/in"));
    expect(failure(() => openAt(at("link/in"), { followSymlinks: true }, denied))).toBe("Denied");
  });

  test.each(["relative/path", "/a/../b", "/a\0b", "/a*"])("no path: %j", (path) => {
    expect(failure(() => openAt(path))).toStartWith("Other|Path ");
  });
});

describe("openDir with create", () => {
  test("the leaf alone, once", () => {
    openAt(at("new"), { create: true });
    expect(statSync(at("new")).isDirectory()).toBe(true);
    expect(failure(() => openAt(at("new"), { create: true }))).toBe(
      "DirectoryOpenError|Directory error: failed to create directory: new",
    );
    expect(failure(() => openAt(at("x/y"), { create: true }))).toContain("failed to open parent");
  });

  test("recursive: every new directory is asked for before the first is made", () => {
    const options = { create: true, recursive: true };
    expect(failure(() => openAt(at("a/b/c"), options, without("create", at("a/b"))))).toBe("Denied");
    expect(existsSync(at("a"))).toBe(false);
    expect(openAt(at("a/b/c"), options).path).toBe(at("a/b/c"));
    expect(openAt(at("a/b/c"), options).path).toBe(at("a/b/c"));
  });

  test("never through a link", () => {
    mkdirSync(at("real"));
    symlinkSync("real", at("link"));
    expect(failure(() => openAt(at("link/new"), { create: true, recursive: true }))).toStartWith(
      "DirectoryOpenError",
    );
    expect(existsSync(at("real/new"))).toBe(false);
  });
});

test("openSubdir refuses a link; openSubdirFollowing asks for where it leads", () => {
  mkdirSync(at("real"));
  symlinkSync("real", at("link"));
  const directory = openAt(root);
  expect(keep(openSubdir(callOf(testRun()), directory, "real")).path).toBe(at("real"));
  expect(failure(() => openSubdir(callOf(testRun()), directory, "link"))).toStartWith("DirectoryOpenError");
  expect(keep(openSubdirFollowing(callOf(testRun()), directory, "link")).path).toBe(at("real"));
  expect(failure(() => openSubdirFollowing(callOf(without("open", at("real"))), directory, "link"))).toBe(
    "Denied",
  );
});

describe("openFile", () => {
  test("a regular file by its base name", () => {
    writeFileSync(at("a"), "x");
    const run = testRun();
    expect(fileIn(openAt(root), "a", { read: true }, run).path).toBe(at("a"));
    expect(asked(run)).toEqual([`open File::${at("a")}`]);
    expect(failure(() => fileIn(openAt(root), "a", { read: true }, without("open", at("a"))))).toBe("Denied");
    expect(failure(() => fileIn(openAt(root), "./a"))).toStartWith("InvalidPath|");
    expect(failure(() => fileIn(openAt(root), "a", {}))).toStartWith("InvalidArguments|");
    mkdirSync(at("dir"));
    expect(failure(() => fileIn(openAt(root), "dir"))).toBe(
      "ValidationError|Validation error: argument is not a file",
    );
  });

  test("create needs its permission, and keeps the mode within bounds", () => {
    const options = { create: true, permissions: 0o4640 };
    expect(failure(() => fileIn(openAt(root), "a", options, without("create", at("a"))))).toBe("Denied");
    expect(existsSync(at("a"))).toBe(false);
    fileIn(openAt(root), "a", options);
    expect(statSync(at("a")).mode & 0o7777).toBe(0o640);
  });

  test("a link is refused, or its target asked for", () => {
    mkdirSync(at("vault"));
    writeFileSync(at("vault/pin"), "4711");
    symlinkSync("vault/pin", at("link"));
    const directory = openAt(root);
    const reason = "file is a symbolic link but follow_symlinks is not enabled";
    expect(failure(() => fileIn(directory, "link"))).toBe(`FileError|File error: ${reason}: ${at("link")}`);
    const options = { read: true, followSymlinks: true };
    const handle = fileIn(directory, "link", options);
    expect([handle.path, handle.linkPath]).toEqual([at("vault/pin"), at("link")]);
    expect(failure(() => fileIn(directory, "link", options, without("open", at("vault/pin"))))).toBe(
      "Denied",
    );
  });

  test("nothing is created behind a link that leads nowhere", () => {
    symlinkSync("gone", at("link"));
    expect(failure(() => fileIn(openAt(root), "link", { create: true, followSymlinks: true }))).not.toBe("");
    expect(existsSync(at("gone"))).toBe(false);
  });
});

describe("openFile, as scripts ask for it", () => {
  test("create without write or read is nothing to open for, and makes nothing", () => {
    const neither = () => fileIn(openAt(root), "new", { create: true, write: false });
    expect(failure(neither)).toStartWith("InvalidArguments|");
    expect(existsSync(at("new"))).toBe(false);
    expect(fileIn(openAt(root), "new", { create: true, write: false, read: true }).openedFor.write).toBe(
      false,
    );
    expect(fileIn(openAt(root), "new", { create: true }).openedFor.write).toBe(true);
  });

  test("errors of the system are of another kind where links are followed", () => {
    const open = (name: string, followSymlinks: boolean) =>
      failure(() => fileIn(openAt(root), name, { read: true, followSymlinks }));
    for (const name of ["none", ""]) {
      expect(open(name, false)).toBe("IoError|No such file or directory (os error 2)");
      expect(open(name, true)).toBe("RustixError|No such file or directory (os error 2)");
    }
  });
});

test("openSymlink opens the link itself, and nothing else", () => {
  symlinkSync("nowhere", at("link"));
  writeFileSync(at("file"), "");
  const directory = openAt(root);
  expect(keep(openSymlink(callOf(testRun()), directory, "link")).path).toBe(at("link"));
  expect(failure(() => openSymlink(callOf(testRun()), directory, "file"))).toContain(
    "argument is not a symlink",
  );
  expect(failure(() => openSymlink(callOf(without("open", at("link"))), directory, "link"))).toBe("Denied");
});
