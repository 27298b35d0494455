import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { testRun } from "../../testing.ts";
import { rmNamespace } from "./rm.ts";
import { allBut, asked, denied, only, scratch, shell } from "./testing.ts";

const root = scratch(afterAll);
const { run, under, failure, denial, flag } = shell(rmNamespace);
const recursive = [flag("recursive")];
let made = 0;
/** A directory with a file, an empty directory, a tree, and links to a file, to a directory and to nothing. */
const folder = (): string => {
  const dir = `${root}/${made++}`;
  mkdirSync(`${dir}/tree/x/y`, { recursive: true });
  mkdirSync(`${dir}/empty`);
  for (const name of ["f", "tree/.h", "tree/x/y/z"]) writeFileSync(`${dir}/${name}`, "keep");
  symlinkSync("f", `${dir}/lf`);
  symlinkSync("tree", `${dir}/ld`);
  symlinkSync("void", `${dir}/broken`);
  return dir;
};
const left = (dir: string): string[] => readdirSync(dir).sort();

test("removes files, empty directories, and by the flag trees", () => {
  const dir = folder();
  run("rm", `${dir}/f`);
  run("rm", `${dir}/empty/`);
  expect(failure("rm", [flag("f")], `${dir}/tree`)).toStartWith("Directory not empty: ");
  run("rm", [flag("r"), flag("f")], `${dir}/tree`);
  expect(left(dir)).toEqual(["broken", "ld", "lf"]);
});

test("removes a link to a directory and never the tree behind it", () => {
  for (const path of ["ld", "ld/"]) {
    const dir = folder();
    run("rm", recursive, `${dir}/${path}`);
    expect(left(dir)).toEqual(["broken", "empty", "f", "lf", "tree"]);
    expect(left(`${dir}/tree`)).toEqual([".h", "x"]);
  }
});

test("leaves other links, and what leads nowhere", () => {
  const dir = folder();
  const link = "File error: file is a symbolic link but follow_symlinks is not enabled:";
  expect(failure("rm", `${dir}/lf`)).toBe(`${link} ${dir}/lf`);
  expect(failure("rm", [flag("f")], `${dir}/broken`)).toBe(`${link} ${dir}/broken`);
  for (const path of ["none", "no/where", "none/"]) {
    expect(failure("rm", [flag("force"), flag("r")], `${dir}/${path}`)).toBe(
      "No such file or directory (os error 2)",
    );
  }
  expect(left(dir)).toEqual(["broken", "empty", "f", "ld", "lf", "tree"]);
});

test("a file needs to be opened and deleted", () => {
  const dir = folder();
  const path = `${dir}/f`;
  expect(denial(only(), "rm", path)).toBe(denied("open", "Dir", dir));
  const refused = testRun(only());
  expect(() => under(refused, "rm", path)).toThrow();
  expect(asked(refused)).toContain(`open Dir::${dir}`);
  expect(denial(allBut(`open ${path}`), "rm", path)).toBe(denied("open", "File", path));
  expect(denial(allBut(`delete ${path}`), "rm", path)).toBe(denied("delete", "File", path));
  expect(existsSync(path)).toBe(true);
  under(testRun(only(`open ${dir}`, `open ${path}`, `delete ${path}`)), "rm", path);
  expect(existsSync(path)).toBe(false);
});

test("a directory needs its own permissions, not those of the one above", () => {
  const dir = folder();
  const path = `${dir}/tree`;
  expect(denial(only(), "rm", recursive, path)).toBe(denied("open", "Dir", path));
  expect(denial(allBut(`open ${path}`), "rm", recursive, path)).toBe(denied("open", "Dir", path));
  expect(denial(allBut(`delete ${path}`), "rm", recursive, path)).toBe(denied("delete", "Dir", path));
  expect(left(path)).toEqual([".h", "x"]);
  const state = testRun(only(`open ${path}`, `delete ${path}`));
  under(state, "rm", recursive, path);
  expect(existsSync(path)).toBe(false);
  expect(asked(state)).not.toContain(`open Dir::${dir}`);
});

test("a link needs to be opened and deleted itself", () => {
  const dir = folder();
  const path = `${dir}/ld`;
  expect(denial(allBut(`open ${path}`), "rm", recursive, path)).toBe(denied("open", "File", path));
  expect(denial(allBut(`delete ${path}`), "rm", recursive, path)).toBe(denied("delete", "File", path));
  // Without the directory above, the link cannot be told from what it leads to: nothing is removed.
  failure("rm", recursive, `${dir}/none`);
  expect(() =>
    under(testRun(only(`open ${path}`, `open ${dir}/tree`, `delete ${dir}/tree`)), "rm", recursive, path),
  ).toThrow();
  expect(left(dir)).toContain("ld");
  expect(left(`${dir}/tree`)).toEqual([".h", "x"]);
});

test("does not tell directories from files to whom may see neither", () => {
  const dir = folder();
  for (const name of ["f", "tree", "none"]) {
    expect(denial(only(), "rm", `${dir}/${name}`)).toBe(denied("open", "Dir", dir));
  }
});
