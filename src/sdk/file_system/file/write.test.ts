import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { EnumValue } from "rhai-wasm";
import { messageOf, testRun } from "../../testing.ts";
import { denied, Sandbox } from "../content/testing.ts";
import type { FileHandle } from "../handles.ts";
import { built, perform, performIn } from "./testing.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const path = (name: string) => join(sandbox.path, name);
const content = (name: string) => readFileSync(path(name), "utf8");
const BOTH = { read: true, write: true };

/** The file, made with `before` as its content and opened. */
function file(name: string, before: string, options: Parameters<Sandbox["open"]>[1] = BOTH): FileHandle {
  writeFileSync(path(name), before);
  return sandbox.open(name, options);
}

/** The handle that an operation returned; let go of at once, as only its being there is tested. */
const handle = (value: unknown): FileHandle => value as FileHandle;

describe("write", () => {
  test("a new file with the mode of the old one; the old handle keeps the old content", () => {
    const old = file("a", "old");
    chmodSync(path("a"), 0o640);
    const next = handle(perform("write", old, "new"));
    expect([content("a"), perform("read", old), perform("read", next)]).toEqual(["new", "old", "new"]);
    expect(statSync(path("a")).mode & 0o7777).toBe(0o640);
    next.release();
  });

  test("through a followed link: the file behind it", () => {
    writeFileSync(path("real"), "old");
    symlinkSync("real", path("link"));
    const next = handle(perform("write", sandbox.open("link", { ...BOTH, followSymlinks: true }), "new"));
    expect(content("real")).toBe("new");
    expect(lstatSync(path("link")).isSymbolicLink()).toBe(true);
    next.release();
  });

  test("through a link whose target was replaced: refused", () => {
    writeFileSync(path("real"), "old");
    symlinkSync("real", path("link"));
    const opened = sandbox.open("link", { ...BOTH, followSymlinks: true });
    writeFileSync(path("other"), "other");
    renameSync(path("other"), path("real"));
    expect(messageOf(() => perform("write", opened, "new"))).toContain("no longer stands for the file");
    expect(content("real")).toBe("other");
  });

  test("denied: nothing changes; a deleted file needs create too", () => {
    const old = file("a", "old");
    expect(messageOf(() => performIn(denied("write", path("a")), "write", old, "new"))).toContain('"write"');
    perform("delete", old, built("DeleteFileOptions"));
    const run = denied("create", path("a"));
    expect(messageOf(() => performIn(run, "write", old, "new"))).toContain('"create"');
    expect(() => content("a")).toThrow("ENOENT");
    handle(perform("write", old, "again")).release();
    expect(content("a")).toBe("again");
  });

  test("a handle that was not opened to write", () => {
    expect(messageOf(() => perform("write", file("a", "old", { read: true }), "new"))).toContain(
      "Attempted to write a file without opening it with the write option.",
    );
    expect(content("a")).toBe("old");
  });
});

describe("write_in_place", () => {
  test("shorter than before", () => {
    const opened = file("a", "something long");
    perform("write_in_place", opened, "short");
    expect(content("a")).toBe("short");
    expect(perform("read", opened)).toBe("short");
  });

  test("denied", () => {
    const run = denied("write", path("a"));
    expect(messageOf(() => performIn(run, "write_in_place", file("a", "old"), "new"))).toContain('"write"');
    expect(content("a")).toBe("old");
  });
});

describe("copy", () => {
  const copy = (options = {}, run = testRun(), before = "") =>
    performIn(run, "copy", file("a", "new"), file("b", before), built("CopyFileOptions", options));

  test("into an empty file, or by force", () => {
    copy();
    expect(content("b")).toBe("new");
    expect(messageOf(() => copy({}, testRun(), "longer than it"))).toBe(
      `Destination file not empty: File: ${path("b")}, Size: 14 bytes`,
    );
    expect(content("b")).toBe("longer than it");
    copy({ force: true }, testRun(), "longer than it");
    expect(content("b")).toBe("new");
  });

  test("with mode and times", () => {
    const source = file("a", "new");
    chmodSync(path("a"), 0o4711);
    perform("copy", source, file("b", ""), built("CopyFileOptions", { preserve: true }));
    expect(statSync(path("b")).mode & 0o7777).toBe(0o711);
    expect(statSync(path("b")).mtimeMs).toBe(statSync(path("a")).mtimeMs);
  });

  test("a file onto itself keeps its content", () => {
    const opened = file("a", "content");
    perform("copy", opened, sandbox.open("a", BOTH), built("CopyFileOptions", { force: true }));
    expect(content("a")).toBe("content");
  });

  test.each([
    ["read", "a"],
    ["write", "b"],
  ])("denied %s of %s", (verb, name) => {
    expect(messageOf(() => copy({ force: true }, denied(verb, path(name)), "old"))).toContain(`"${verb}"`);
    expect(content("b")).toBe("old");
  });
});

test("truncate and fallocate", () => {
  const kibibytes = new EnumValue("SizeUnit", 2, "Kibibytes");
  const opened = file("a", "0123456789");
  perform("truncate", opened, built("TruncateOptions", { size: 4n }));
  expect(content("a")).toBe("0123");
  perform("fallocate", opened, built("FallocateOptions", { length: 2n, format: kibibytes }));
  expect(statSync(path("a")).size).toBe(2048);
  expect(messageOf(() => perform("truncate", opened, built("TruncateOptions", { size: -1n })))).toBe(
    "Invalid arguments: Size must be greater than or equal to 0",
  );
  expect(messageOf(() => built("FallocateOptions", { length: 0n }))).toBe(
    "Validation error: Length must be greater than 0",
  );
  const run = denied("write", path("a"));
  expect(messageOf(() => performIn(run, "truncate", opened, built("TruncateOptions")))).toContain('"write"');
  expect(statSync(path("a")).size).toBe(2048);
});
