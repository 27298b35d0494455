import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, testRun } from "../../testing.ts";
import { denied, Sandbox } from "../content/testing.ts";
import type { FileHandle } from "../handles.ts";
import { openDir } from "../open.ts";
import { built, perform, performIn } from "./testing.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  mkdirSync(join(sandbox.path, "to"));
});
afterEach(() => sandbox.remove());

const path = (name: string) => join(sandbox.path, name);
const content = (name: string) => readFileSync(path(name), "utf8");
const release = (value: unknown) => (value as FileHandle).release();

describe("move", () => {
  const move = (source: FileHandle, name: string, run = testRun(), options = {}) =>
    performIn(run, "move", source, sandbox.directory("to"), name, built("MoveOptions", options));

  test("in place of what is there; everything is asked first", () => {
    writeFileSync(path("to/b"), "old");
    const run = testRun();
    const moved = move(sandbox.file("a", "new"), "b", run, { verbose: true }) as FileHandle;
    expect([existsSync(path("a")), content("to/b")]).toEqual([false, "new"]);
    expect([moved.path, perform("read", moved)]).toEqual([path("to/b"), "new"]);
    expect(run.asked).toEqual([
      `file_system.move file_system::File::${path("a")}`,
      `file_system.create file_system::File::${path("to/b")}`,
      `file_system.open file_system::File::${path("to/b")}`,
    ]);
    expect(run.logs.map(({ message }) => message)).toEqual([
      `Moved from '${path("a")}' to '${path("to/b")}'`,
    ]);
    moved.release();
  });

  test.each([
    ["move", "a"],
    ["create", "to/b"],
    ["open", "to/b"],
  ])("denied %s of %s: it stays", (verb, name) => {
    expect(messageOf(() => move(sandbox.file("a", "x"), "b", denied(verb, path(name))))).toContain(
      `"${verb}"`,
    );
    expect([existsSync(path("a")), existsSync(path("to/b"))]).toEqual([true, false]);
  });

  test("a name that is a path, or that is a directory", () => {
    const source = sandbox.file("a", "x");
    expect(messageOf(() => move(source, "sub/b"))).toBe(
      "Invalid path: file path must contain only a filename",
    );
    expect(messageOf(() => move(source, ""))).toBe(
      `File error: Error moving file a from '${path("a")}' to '${path("to")}/': ${path("a")}`,
    );
    mkdirSync(path("to/b"));
    expect(messageOf(() => move(source, "b"))).toBe(
      `File error: Error moving file a from '${path("a")}' to '${path("to/b")}': ${path("a")}`,
    );
    expect(content("a")).toBe("x");
  });

  test.each(["/", "//", "/."])("to %j, which is no name: it stays", (name) => {
    expect(messageOf(() => move(sandbox.file("a", "x"), name))).toBe("No parent path");
    expect(content("a")).toBe("x");
  });

  test("a name that now stands for another file: refused", () => {
    const source = sandbox.file("a", "first");
    rmSync(path("a"));
    writeFileSync(path("a"), "second");
    expect(messageOf(() => move(source, "b"))).toContain("no longer stands for the file that was opened");
    expect(content("a")).toBe("second");
  });

  const elsewhere = existsSync("/dev/shm") && statSync("/dev/shm").dev !== statSync(tmpdir()).dev;
  test.skipIf(!elsewhere)("to another file system (skipped where /dev/shm is none)", () => {
    const other = realpathSync(mkdtempSync("/dev/shm/remit-move-"));
    const run = testRun();
    const directory = openDir({ run, access: run.access, line: 1, warn: () => {} }, other, {});
    try {
      const asked = testRun();
      const source = sandbox.file("a", "content", 0o640);
      const options = built("MoveOptions", { backup: true });
      const refused = denied("delete", path("a"));
      expect(messageOf(() => performIn(refused, "move", source, directory, "b", options))).toContain(
        '"delete"',
      );
      expect([existsSync(path("a")), existsSync(join(other, "b"))]).toEqual([true, false]);
      release(performIn(asked, "move", source, directory, "b", options));
      expect(readFileSync(join(other, "b"), "utf8")).toBe("content");
      expect(statSync(join(other, "b")).mode & 0o777).toBe(0o640);
      expect(existsSync(path("a"))).toBe(false);
      expect(asked.asked.map((request) => request.split(" ")[0]?.replace("file_system.", ""))).toEqual([
        "move",
        "create",
        "open",
        "read",
        "write",
        "delete",
      ]);
    } finally {
      directory.release();
      rmSync(other, { recursive: true });
    }
  });
});

describe("delete", () => {
  const remove = (source: FileHandle, force = false, run = testRun()) =>
    performIn(run, "delete", source, built("DeleteFileOptions", { force }));

  test("the file, once", () => {
    const source = sandbox.file("a", "x");
    remove(source);
    expect(existsSync(path("a"))).toBe(false);
    expect(messageOf(() => remove(source))).toBe(`No such file or directory found: ${sandbox.path}`);
    expect(remove(source, true)).toBeNull();
  });

  test("a followed link itself", () => {
    writeFileSync(path("real"), "x");
    symlinkSync("real", path("link"));
    const run = testRun();
    remove(sandbox.open("link", { read: true, followSymlinks: true }), false, run);
    expect([existsSync(path("real")), existsSync(path("link"))]).toEqual([true, false]);
    expect(run.asked).toEqual([`file_system.delete file_system::File::${path("link")}`]);
  });

  test("after a write through the handle", () => {
    writeFileSync(path("a"), "x");
    const source = sandbox.open("a", { write: true });
    release(perform("write", source, "y"));
    remove(source);
    expect(existsSync(path("a"))).toBe(false);
  });

  test("denied, and a file that took its name", () => {
    const source = sandbox.file("a", "first");
    expect(messageOf(() => remove(source, true, denied("delete", path("a"))))).toContain('"delete"');
    rmSync(path("a"));
    writeFileSync(path("a"), "second");
    expect(messageOf(() => remove(source, true))).toContain("no longer stands for the file that was opened");
    expect(content("a")).toBe("second");
  });
});
