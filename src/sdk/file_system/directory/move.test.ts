import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import type { Value } from "rhai-wasm";
import { type TestRun, testRun } from "../../testing.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  directoryAt,
  expectDirectory,
  failure,
  kindOf,
  run,
  scratch,
  under,
} from "./testing.ts";

const root = scratch(afterAll);
const quietly = built("MoveOptions");

/** A directory of its own for a test, with a directory `from` to move and one `to` to move it into. */
function place(name: string): string {
  mkdirSync(`${root}/${name}/from`, { recursive: true });
  mkdirSync(`${root}/${name}/to`);
  writeFileSync(`${root}/${name}/from/file`, "");
  return `${root}/${name}`;
}

const args = (at: string, name: string, options = quietly): [Value, Value, Value, string, Value] => [
  directoryAt(at),
  directoryAt(`${at}/from`),
  directoryAt(`${at}/to`),
  name,
  options,
];
const move = (at: string, name: string, options?: Value, state: TestRun = testRun()): string =>
  expectDirectory(under(state, "move", ...args(at, name, options))).path;

describe("move", () => {
  test("gives the directory another place and returns it open", () => {
    const at = place("plain");
    expect(move(at, "new")).toBe(`${at}/to/new`);
    expect(readdirSync(`${at}/to/new`)).toEqual(["file"]);
    expect(existsSync(`${at}/from`)).toBe(false);
  });

  test("replaces an empty directory, and goes into another", () => {
    const at = place("taken");
    mkdirSync(`${at}/to/empty`);
    expect(move(at, "empty")).toBe(`${at}/to/empty`);
    const next = place("filled");
    mkdirSync(`${next}/to/full/x`, { recursive: true });
    expect(move(next, "full")).toBe(`${next}/to/full/from`);
    expect(readdirSync(`${next}/to/full`).sort()).toEqual(["from", "x"]);
  });

  test("does not take the place of what is there", () => {
    const at = place("occupied");
    writeFileSync(`${at}/to/file`, "");
    expect(failure("move", ...args(at, "file"))).toBe(
      `Directory error: Error moving dir from from '${at}/from' to '${at}/to/file': ${at}/from`,
    );
    mkdirSync(`${at}/to/full/from/x`, { recursive: true });
    expect(kindOf("move", ...args(at, "full"))).toBe("DirectoryNotEmpty");
    expect(readdirSync(`${at}/from`)).toEqual(["file"]);
  });

  test("moves what was opened, and from where it was", () => {
    const at = place("other");
    mkdirSync(`${at}/elsewhere/from`, { recursive: true });
    const [, source, to] = args(at, "new");
    expect(kindOf("move", directoryAt(`${at}/elsewhere`), source, to, "new", quietly)).toBe("DirectoryError");
    expect(readdirSync(`${at}/elsewhere`)).toEqual(["from"]);
    expect(kindOf("move", ...args(at, "a/b"))).toBe("InvalidPath");
  });

  test("logs what it did when asked to", () => {
    const at = place("verbose");
    const state = testRun();
    move(at, "new", built("MoveOptions", { verbose: true }), state);
    expect(state.logs).toEqual([
      { level: "INFO", message: `Moved from '${at}/from' to '${at}/to/new'`, line: 1, api: "move" },
    ]);
  });

  test("asks for all that it needs before it moves", () => {
    const at = place("asked");
    const contexts: unknown[] = [];
    const watching = testRun(({ context }) => {
      if (context) contexts.push(context.record);
      return true;
    });
    expect(denial(allBut(`move ${at}/from`), "move", ...args(at, "new"))).toBe(
      denied("move", "Dir", `${at}/from`),
    );
    for (const verb of ["create", "open"]) {
      expect(denial(allBut(`${verb} ${at}/to/new`), "move", ...args(at, "new"))).toBe(
        denied(verb, "Dir", `${at}/to/new`),
      );
    }
    expect(readdirSync(`${at}/from`)).toEqual(["file"]);
    move(at, "new", quietly, watching);
    expect(contexts).toEqual([
      { destination: { path: `${at}/to/new`, name: "new", parent_path: `${at}/to` } },
    ]);
    expect(asked(watching).slice(0, 3)).toEqual([
      `move Dir::${at}/from`,
      `create Dir::${at}/to/new`,
      `open Dir::${at}/to/new`,
    ]);
  });

  test("going into a directory needs the permissions for that place", () => {
    const at = place("nested");
    mkdirSync(`${at}/to/full/x`, { recursive: true });
    expect(denial(allBut(`create ${at}/to/full/from`), "move", ...args(at, "full"))).toBe(
      denied("create", "Dir", `${at}/to/full/from`),
    );
    expect(readdirSync(`${at}/from`)).toEqual(["file"]);
    expect(run("list_entries", directoryAt(`${at}/to/full`))).toBeInstanceOf(Map);
  });
});
