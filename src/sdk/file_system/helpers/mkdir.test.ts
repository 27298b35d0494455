import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { testRun } from "../../testing.ts";
import { mkdirNamespace } from "./mkdir.ts";
import { allBut, asked, denied, only, scratch, shell } from "./testing.ts";

const root = scratch(afterAll);
const { run, under, failure, denial, flag } = shell(mkdirNamespace);
const parents = [flag("parents")];
let made = 0;
const folder = (): string => {
  const path = `${root}/${made++}`;
  mkdirSync(path);
  return path;
};

test("makes a directory, and with parents those above it", () => {
  const dir = folder();
  run("mkdir", `${dir}/a`);
  run("mkdir", [flag("p")], `${dir}/x//y/./ž/`);
  expect(statSync(`${dir}/x/y/ž`).isDirectory()).toBe(true);
  expect(failure("mkdir", `${dir}/no/b`)).toBe("No such file or directory (os error 2)");
  expect(readdirSync(dir).sort()).toEqual(["a", "x"]);
});

test("a directory that is there is no error; a file is one without parents", () => {
  const dir = folder();
  writeFileSync(`${dir}/f`, "");
  symlinkSync("f", `${dir}/lf`);
  symlinkSync(".", `${dir}/ld`);
  symlinkSync("void", `${dir}/broken`);
  run("mkdir", dir);
  run("mkdir", `${dir}/ld`);
  run("mkdir", parents, `${dir}/f`);
  run("mkdir", parents, "/");
  expect(failure("mkdir", `${dir}/f`)).toBe("File exists (os error 17)");
  expect(failure("mkdir", `${dir}/lf`)).toBe("File exists (os error 17)");
  expect(failure("mkdir", parents, `${dir}/broken`)).toBe("File exists (os error 17)");
  expect(failure("mkdir", parents, `${dir}/f/x`)).toBe("Not a directory (os error 20)");
  expect(readdirSync(dir).sort()).toEqual(["broken", "f", "ld", "lf"]);
});

test("makes directories where a link leads, under the permissions of that place", () => {
  const dir = folder();
  mkdirSync(`${dir}/real`);
  symlinkSync("real", `${dir}/ld`);
  const state = testRun();
  under(state, "mkdir", parents, `${dir}/ld/p/q`);
  expect(statSync(`${dir}/real/p/q`).isDirectory()).toBe(true);
  expect(asked(state)).toEqual(
    expect.arrayContaining([`create Dir::${dir}/real/p`, `create Dir::${dir}/real/p/q`]),
  );
  expect(denial(allBut(`create ${dir}/real/no`), "mkdir", `${dir}/ld/no`)).toBe(
    denied("create", "Dir", `${dir}/real/no`),
  );
});

test("asks for every directory before it makes the first", () => {
  const dir = folder();
  expect(denial(allBut(`create ${dir}/a/b`), "mkdir", parents, `${dir}/a/b/c`)).toBe(
    denied("create", "Dir", `${dir}/a/b`),
  );
  expect(existsSync(`${dir}/a`)).toBe(false);
  under(testRun(only(`open ${dir}`, `create ${dir}/a`, `create ${dir}/a/b`)), "mkdir", parents, `${dir}/a/b`);
  expect(existsSync(`${dir}/a/b`)).toBe(true);
});

test("does not tell what is there to whom may not see it", () => {
  const dir = folder();
  mkdirSync(`${dir}/it`);
  writeFileSync(`${dir}/file`, "");
  for (const name of ["it", "file", "missing"]) {
    expect(denial(only(), "mkdir", parents, `${dir}/${name}`)).toBe(denied("open", "Dir", dir));
    expect(denial(only(), "mkdir", `${dir}/${name}`)).toBe(denied("open", "Dir", dir));
  }
  expect(denial(allBut(`open ${dir}/it`), "mkdir", parents, `${dir}/it/x`)).toBe(
    denied("open", "Dir", `${dir}/it`),
  );
  expect(readdirSync(`${dir}/it`)).toEqual([]);
});

test("takes only paths that policies can name", () => {
  expect(failure("mkdir", parents, "rel/x")).toBe("Path is not absolute rel/x");
  expect(failure("mkdir", parents, `${root}/a/../b`)).toBe(`Path traversal detected ${root}/a/../b`);
  expect(failure("mkdir", `${root}/pipe|dir`)).toBe(`Path contains invalid characters ${root}/pipe|dir`);
  expect(failure("mkdir", "/")).toBe("Invalid arguments: Invalid directory path: /");
});
