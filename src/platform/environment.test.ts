import { expect, test } from "bun:test";
import fc from "fast-check";
import { scrub, scrubExecuted } from "./environment.ts";

const HARMLESS = { PATH: "/usr/bin", HOME: "/root", LANG: "C", EDITOR: "vi", OLD_PATH: "x", WORLD_A: "y" };

test("keeps what is harmless", () => {
  expect({ ...scrub(HARMLESS) }).toEqual(HARMLESS);
  expect({ ...scrubExecuted(HARMLESS) }).toEqual(HARMLESS);
});

test("removes what makes the loader or a runtime run foreign code", () => {
  for (const name of [
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "GLIBC_TUNABLES",
    "BUN_OPTIONS",
    "BUN_BE_BUN",
    "BUN_INSPECT",
    "NODE_OPTIONS",
    "bun_options",
  ]) {
    expect([name, Object.keys(scrub({ [name]: "x" }))]).toEqual([name, []]);
    expect([name, Object.keys(scrubExecuted({ [name]: "x" }))]).toEqual([name, []]);
  }
});

test("removes for our own processes also what steers shells and interpreters", () => {
  for (const name of [
    "BASH_ENV",
    "ENV",
    "BASH_FUNC_ls%%",
    "PYTHONPATH",
    "PERL5OPT",
    "GIT_SSH_COMMAND",
    "IFS",
  ]) {
    expect([name, Object.keys(scrub({ [name]: "x" }))]).toEqual([name, []]);
    expect([name, Object.keys(scrubExecuted({ [name]: "x" }))]).toEqual([name, [name]]);
  }
});

test("adds and changes nothing", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (env) => {
      for (const [name, value] of Object.entries(scrubExecuted(env)))
        expect(value).toBe(env[name] ?? "missing");
    }),
  );
});

test("variables without a value are left out", () => {
  expect(Object.keys(scrub({ A: undefined, B: "" }))).toEqual(["B"]);
});
