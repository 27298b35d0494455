import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { Thrown, type Value } from "rhai-wasm";
import { DateTime } from "../../common/date-time.ts";
import { testRun } from "../../testing.ts";
import { DirEntry } from "../entry/entry.ts";
import { sizeNamespace } from "../size.ts";
import {
  allBut,
  asked,
  built,
  denial,
  denied,
  directoryAt,
  failure,
  kindOf,
  only,
  run,
  scratch,
  under,
  warnings,
} from "./testing.ts";

const root = scratch(afterAll);
mkdirSync(`${root}/a/b`, { recursive: true });
mkdirSync(`${root}/shut`);
for (const [name, size] of [
  ["top.log", 10],
  ["a/Mid.LOG", 2000],
  ["a/b/low.txt", 3],
  ["shut/in.log", 1],
] as const) {
  writeFileSync(`${root}/${name}`, "x".repeat(size));
}
utimesSync(`${root}/top.log`, 1_000_000, 1_000_000);

/** Paths of what is found below `path`, from there. */
function found(values: Record<string, Value> = {}, state = testRun(), path = root): string[] {
  const paths: string[] = [];
  const receive = (entry: Value | undefined): null => {
    if (!(entry instanceof DirEntry)) throw new Error("no entry");
    paths.push(entry.path.slice(path.length + 1));
    entry.release();
    return null;
  };
  under(state, "find", directoryAt(path), built("FindOptions", values), receive);
  return paths.sort();
}

const ALL = ["a", "a/Mid.LOG", "a/b", "a/b/low.txt", "shut", "shut/in.log", "top.log"];

describe("find", () => {
  test("goes through the tree, a directory before what is in it", () => {
    expect(found()).toEqual(ALL);
    const order: string[] = [];
    run("find", directoryAt(`${root}/a`), built("FindOptions", { name: "[bl]*" }), (entry) => {
      order.push(String(run("name", entry as Value)));
      return null;
    });
    expect(order).toEqual(["b", "low.txt"]);
  });

  test("by name, by name in any case, by regex of the path", () => {
    expect(found({ name: "*.log" })).toEqual(["shut/in.log", "top.log"]);
    expect(found({ iname: "*.log" })).toEqual(["a/Mid.LOG", "shut/in.log", "top.log"]);
    expect(found({ iname: "*.log", negate_name: true })).toEqual(["a", "a/b", "a/b/low.txt", "shut"]);
    expect(found({ regex: "/b/[a-z]+\\.txt$" })).toEqual(["a/b/low.txt"]);
  });

  test("between depths", () => {
    expect(found({ max_depth: 1n })).toEqual(["a", "shut", "top.log"]);
    expect(found({ max_depth: 0n })).toEqual(["a", "shut", "top.log"]);
    expect(found({ min_depth: 2n, max_depth: 2n })).toEqual(["a/Mid.LOG", "a/b", "shut/in.log"]);
    expect(found({ min_depth: 3n })).toEqual(["a/b/low.txt"]);
  });

  test("by size and by time", () => {
    const kilobyte = sizeUnit("KILOBYTES");
    const size_range = run("between", 1n, 2n, kilobyte);
    expect(found({ size_range, name: "*.*" })).toEqual(["a/Mid.LOG"]);
    const max_modification_time = DateTime.fromEpoch(1_000_000n);
    expect(found({ max_modification_time })).toEqual(["top.log"]);
    const min_modification_time = DateTime.fromEpoch(1_000_000n, 1);
    expect(found({ min_modification_time, max_modification_time })).toEqual([]);
    expect(found({ max_creation_time: max_modification_time })).toEqual([]);
    expect(found({ min_creation_time: min_modification_time })).toEqual(ALL);
  });

  test("refuses what is no pattern or no depth", () => {
    const attempt = (values: Record<string, Value>) => () => found(values);
    expect(attempt({ name: "a", regex: "b" })).toThrow();
    expect(failure("build", run("negate_name", run("FindOptions"), true))).toBe(
      "Validation error: negate_name can only be used with 'name' or 'iname' patterns",
    );
    const find = (values: Record<string, Value>) =>
      failure("find", directoryAt(root), built("FindOptions", values), () => null);
    expect(find({ regex: "(" })).toStartWith(
      "Validation error: Invalid regex pattern: '(' - regex parse error:",
    );
    expect(find({ name: "a**" })).toStartWith(
      "Validation error: Invalid glob pattern: - Pattern syntax error",
    );
    expect(find({ min_depth: -1n })).toBe("out of range integral type conversion attempted");
  });

  test("ends with what the closure throws", () => {
    const throwing = () => {
      throw new Thrown("enough");
    };
    const options = built("FindOptions");
    expect(failure("find", directoryAt(root), options, throwing)).toStartWith(
      "Rhai callback execution failed: ",
    );
    expect(kindOf("find", directoryAt(root), options, throwing)).toBe("CallbackError");
  });
});

describe("find leaves out, with a warning,", () => {
  test("what is in a root that may not be read", () => {
    const state = testRun(allBut(`read ${root}`));
    expect(found({}, state)).toEqual([]);
    expect(warnings(state)).toEqual([
      `Failed to list contents of root directory '${root}': ${denied("read", "Dir", root)}`,
    ]);
  });

  test("a directory that may not be opened, and what is in one that may not be read", () => {
    const state = testRun(allBut(`open ${root}/shut`, `read ${root}/a/b`));
    expect(found({}, state)).toEqual(["a", "a/Mid.LOG", "a/b", "top.log"]);
    expect(warnings(state).sort()).toEqual([
      `Failed to list contents of directory '${root}/a/b': ${denied("read", "Dir", `${root}/a/b`)}`,
      `Failed to open subdirectory 'shut': ${denied("open", "Dir", `${root}/shut`)}`,
    ]);
  });

  test("nothing by size that it may not look at: that is an error", () => {
    const size_range = run("min_only", 0n, sizeUnit("BYTES"));
    const options = built("FindOptions", { size_range });
    for (const verb of ["open", "stat"]) {
      const message = denial(
        allBut(`${verb} ${root}/top.log`),
        "find",
        directoryAt(root),
        options,
        () => null,
      );
      expect(message).toBe(denied(verb, "File", `${root}/top.log`));
    }
    const state = testRun(only(`read ${root}`, `open ${root}/a`, `open ${root}/shut`));
    expect(found({ name: "t*" }, state)).toEqual(["top.log"]);
    expect(asked(state)).not.toContain(`open File::${root}/top.log`);
  });
});

describe("find behind links", () => {
  const links = `${scratch(afterAll)}/links`;
  mkdirSync(`${links}/real/deep`, { recursive: true });
  writeFileSync(`${links}/real/deep/file`, "");
  symlinkSync("real", `${links}/alias`);
  symlinkSync("..", `${links}/real/up`);
  symlinkSync("deep/file", `${links}/real/shortcut`);
  symlinkSync("missing", `${links}/dangling`);
  execFileSync("mkfifo", [`${links}/pipe`]);

  test("does not look without being asked to", () => {
    const expected = [
      "alias",
      "dangling",
      "pipe",
      "real",
      "real/deep",
      "real/deep/file",
      "real/shortcut",
      "real/up",
    ];
    expect(found({}, testRun(), links)).toEqual(expected);
  });

  test("visits each file once", () => {
    const state = testRun();
    const paths = found({ follow_symlinks: true }, state, links);
    expect(paths.filter((path) => /file|shortcut/.test(path))).toHaveLength(1);
    expect(paths.filter((path) => path === "real" || path === "alias")).toHaveLength(1);
    expect(paths).not.toContain("real/up");
    expect(paths).not.toContain("dangling");
    expect(warnings(state)).toEqual([
      `Invalid filesystem entity for open: Attempted to open unknown file type: ${links}/dangling`,
    ]);
  });

  test("asks where they lead", () => {
    const state = testRun(allBut(`open ${links}/real`));
    expect(found({ follow_symlinks: true }, state, links)).toEqual(["pipe"]);
  });
});

function sizeUnit(name: string): Value {
  const constant = sizeNamespace.constants.find((found) => found.name === name);
  if (!constant) throw new Error(`no unit ${name}`);
  return constant.value as Value;
}
