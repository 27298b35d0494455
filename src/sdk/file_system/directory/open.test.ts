/** Opening directories and files by handle, and listing: what the operations of scripts add to opening itself. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Value } from "rhai-wasm";
import { testRun } from "../../testing.ts";
import { FileHandle } from "../handles.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  directoryAt,
  expectDirectory,
  failure,
  run,
  scratch,
  under,
} from "./testing.ts";

const root = scratch(afterAll);
mkdirSync(`${root}/dir/sub`, { recursive: true });
writeFileSync(`${root}/dir/b`, "b");
writeFileSync(`${root}/dir/.a`, "a");
symlinkSync("dir", `${root}/link`);

const config = (path: string): Value => run("build", run("path", run("DirConfig"), path));

describe("DirConfig", () => {
  test("opens a directory, follows a link only when asked, creates", () => {
    expect(expectDirectory(run("open", config(`${root}/dir`), built("OpenDirOptions"))).path).toBe(
      `${root}/dir`,
    );
    const follow = built("OpenDirOptions", { follow_symlinks: true });
    expect(expectDirectory(run("open", config(`${root}/link`), follow)).path).toBe(`${root}/dir`);
    expect(failure("open", config(`${root}/link`), built("OpenDirOptions"))).toStartWith(
      "Directory error: Not a directory",
    );
    const create = built("OpenDirOptions", { create: true, recursive: true });
    expect(expectDirectory(run("open", config(`${root}/new/er`), create)).path).toBe(`${root}/new/er`);
  });

  test("needs a path, and permission", () => {
    expect(failure("build", run("DirConfig"))).toBe("Invalid arguments: Field not initialized: path");
    const path = `${root}/dir`;
    expect(denial(allBut(`open ${path}`), "open", config(path), built("OpenDirOptions"))).toBe(
      denied("open", "Dir", path),
    );
    const create = built("OpenDirOptions", { create: true });
    expect(denial(allBut(`create ${root}/made`), "open", config(`${root}/made`), create)).toBe(
      denied("create", "Dir", `${root}/made`),
    );
  });
});

describe("an open directory", () => {
  test("opens files, with create making them", () => {
    const file = run("open_file", directoryAt(`${root}/dir`), "b", built("OpenFileOptions", { read: true }));
    expect(file).toBeInstanceOf(FileHandle);
    const create = built("OpenFileOptions", { create: true, permissions: -1n });
    const made = run("open_file", directoryAt(`${root}/dir/sub`), "new", create);
    expect(made instanceof FileHandle && made.openedFor).toMatchObject({ write: true, permissions: 0o777 });
    const unset = built("OpenFileOptions");
    expect(failure("open_file", directoryAt(`${root}/dir`), "b", unset)).toBe(
      "Invalid arguments: Invalid open file options: at least one of read, write or create flags must be true",
    );
  });

  test("a file needs its permission", () => {
    const dir = directoryAt(`${root}/dir`);
    const read = built("OpenFileOptions", { read: true });
    expect(denial(allBut(`open ${root}/dir/b`), "open_file", dir, "b", read)).toBe(
      denied("open", "File", `${root}/dir/b`),
    );
  });

  test("lists names, also those that begin with a dot", () => {
    const entries = run("list_entries", directoryAt(`${root}/dir`));
    expect(entries instanceof Map && [...entries.keys()].sort()).toEqual([".a", "b", "sub"]);
    expect(denial(allBut(`read ${root}/dir`), "list_entries", directoryAt(`${root}/dir`))).toBe(
      denied("read", "Dir", `${root}/dir`),
    );
  });

  test("has metadata and an owner", () => {
    const dir = directoryAt(`${root}/dir`);
    const state = testRun();
    expect(run("permissions", under(state, "metadata", dir))).toBe(0o40755n);
    expect(asked(state)).toEqual([`stat Dir::${root}/dir`]);
    expect(typeof run("user", run("get_ownership", dir))).toBe("string");
    for (const name of ["metadata", "get_ownership"]) {
      expect(denial(allBut(`stat ${root}/dir`), name, dir)).toBe(denied("stat", "Dir", `${root}/dir`));
    }
  });
});
