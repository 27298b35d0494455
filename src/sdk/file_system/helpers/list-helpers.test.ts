/** ls, find_files and du: what they show of directories. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Value } from "rhai-wasm";
import { messageOf, testRun } from "../../testing.ts";
import { duNamespace } from "./du.ts";
import { findFilesNamespace } from "./find-files.ts";
import { lsNamespace } from "./ls.ts";
import { allBut, asked, denied, only, scratch, shell } from "./testing.ts";

const root = scratch(afterAll);
mkdirSync(`${root}/t/sub`, { recursive: true });
mkdirSync(`${root}/t/.git`);
for (const [name, size] of [
  ["a.log", 10],
  ["b.txt", 20],
  [".hidden", 5],
  ["sub/inner.log", 300],
] as const) {
  writeFileSync(`${root}/t/${name}`, "x".repeat(size));
}
symlinkSync("t", `${root}/link`);
symlinkSync("t/a.log", `${root}/to-file`);

const keys = (value: Value): string[] => {
  if (!(value instanceof Map)) throw new Error("no map");
  return [...value.keys()].sort();
};
const sorted = (value: Value): Value[] => {
  if (!Array.isArray(value)) throw new Error("no array");
  return value.toSorted();
};

describe("ls", () => {
  const { run, under, failure, denial, flag } = shell(lsNamespace);

  test("lists a directory, dot files only where asked", () => {
    expect(keys(run("ls", `${root}/t`))).toEqual(["a.log", "b.txt", "sub"]);
    expect(keys(run("ls", [flag("long"), flag("R")], `${root}/t/`))).toEqual(["a.log", "b.txt", "sub"]);
    expect(keys(run("ls", [flag("a")], `${root}/t`))).toEqual([".git", ".hidden", "a.log", "b.txt", "sub"]);
  });

  test("lists a link itself, and with a slash what it leads to", () => {
    expect(keys(run("ls", `${root}/link`))).toEqual(["link"]);
    expect(keys(run("ls", `${root}/to-file`))).toEqual(["to-file"]);
    expect(keys(run("ls", `${root}/link/`))).toEqual(["a.log", "b.txt", "sub"]);
    expect(keys(run("ls", `${root}/to-file/`))).toEqual(["to-file"]);
  });

  test("says what is neither", () => {
    expect(failure("ls", `${root}/t/a.log`)).toBe(
      `Invalid arguments: ls: ${root}/t/a.log: Not a directory or symlink`,
    );
    expect(failure("ls", `${root}/none`)).toBe("No such file or directory (os error 2)");
    expect(failure("ls", `${root}/t/a.log/x`)).toBe("Not a directory (os error 20)");
    expect(failure("ls", "sub")).toBe("Path is not absolute sub");
  });

  test("a directory needs its own permissions, not those of the one above", () => {
    const path = `${root}/t`;
    expect(denial(only(), "ls", path)).toBe(denied("open", "Dir", path));
    expect(denial(allBut(`open ${path}`), "ls", path)).toBe(denied("open", "Dir", path));
    expect(denial(allBut(`read ${path}`), "ls", path)).toBe(denied("read", "Dir", path));
    const state = testRun(only(`open ${path}`, `read ${path}`));
    expect(keys(under(state, "ls", path))).toHaveLength(3);
    // That the one above was denied is nobody's business, as nothing came of it.
    expect(asked(state)).toEqual([`open Dir::${path}`, `open Dir::${path}`, `read Dir::${path}`]);
  });

  test("a denial of the one above is told of where it is the end", () => {
    const path = `${root}/t/a.log`;
    const state = testRun(only(`open ${path}`));
    expect(messageOf(() => under(state, "ls", path))).toBe(denied("open", "Dir", `${root}/t`));
    expect(asked(state)).toEqual([`open Dir::${path}`, `open Dir::${root}/t`]);
  });

  test("a link needs to be opened", () => {
    const path = `${root}/link`;
    expect(denial(allBut(`open ${path}`), "ls", path)).toBe(denied("open", "File", path));
    const state = testRun(only(`open ${root}`, `open ${path}`));
    expect(keys(under(state, "ls", path))).toEqual(["link"]);
    expect(asked(state)).toContain(`open File::${path}`);
  });
});

describe("find_files", () => {
  const { run, under, failure, denial, flag } = shell(findFilesNamespace);

  test("names what matches, below the directory only where asked", () => {
    for (const name of ["find_files", "glob"]) {
      expect(sorted(run(name, "*.log", `${root}/t`))).toEqual(["a.log"]);
      expect(sorted(run(name, [flag("r")], "*.log", `${root}/t`))).toEqual(["a.log", "inner.log"]);
    }
    expect(failure("find_files", "[", `${root}/t`)).toStartWith("Validation error: Invalid glob pattern");
  });

  test("leaves out what is denied", () => {
    const path = `${root}/t`;
    expect(denial(only(), "find_files", "*", path)).toBe(denied("open", "Dir", path));
    expect(under(testRun(only(`open ${path}`)), "find_files", "*", path)).toEqual([]);
    const found = under(testRun(allBut(`open ${path}/sub`)), "find_files", [flag("recursive")], "*", path);
    expect(sorted(found)).toEqual([".git", ".hidden", "a.log", "b.txt"]);
  });
});

describe("du", () => {
  const { run, under, failure, denial, flag, flagOf } = shell(duNamespace);
  const entries = (value: Value): string[] => {
    const list = value instanceof Map ? value.get("entries") : undefined;
    if (!Array.isArray(list)) throw new Error("no entries");
    return list
      .map((entry) => (entry instanceof Map ? `${entry.get("path")} ${entry.get("inode_count")}` : ""))
      .toSorted();
  };

  test("measures directories, and files where asked", () => {
    const t = `${root}/t`;
    expect(entries(run("du", t))).toEqual([`${t} 7`, `${t}/.git 1`, `${t}/sub 2`]);
    expect(entries(run("du", [flag("s")], t))).toEqual([`${t} 7`]);
    expect(entries(run("du", [flagOf("d", 0n)], t))).toEqual([`${t} 7`]);
    const report = run("du", [flag("a"), flag("apparent_size")], `${t}/sub`);
    if (!(report instanceof Map)) throw new Error("no map");
    expect(entries(report)).toEqual([`${t}/sub 2`, `${t}/sub/inner.log 1`]);
    expect(report.get("total_inode_count")).toBe(3n);
  });

  test("refuses flags that exclude each other", () => {
    expect(failure("du", [flag("s"), flag("a")], `${root}/t`)).toBe(
      "Validation error: cannot both summarize and show all entries",
    );
    expect(failure("du", `${root}/t/a.log`)).toBe("Not a directory (os error 20)");
  });

  test("needs its permissions", () => {
    const path = `${root}/t/sub`;
    expect(denial(only(), "du", path)).toBe(denied("open", "Dir", path));
    expect(denial(allBut(`stat ${path}`), "du", path)).toBe(denied("stat", "Dir", path));
    const state = testRun();
    under(state, "du", path);
    expect(asked(state)).toContain(`stat File::${path}/inner.log`);
  });
});
