import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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

/** A directory of another file system, where there is one that any machine has. */
const OTHER = "/dev/shm";
const elsewhere = existsSync(OTHER) && statSync(OTHER).dev !== statSync(root).dev;

describe.if(elsewhere)("move to another file system", () => {
  const other = elsewhere ? mkdtempSync(`${OTHER}/remit-move-`) : "";
  afterAll(() => rmSync(other, { recursive: true, force: true }));

  function source(name: string): string {
    const at = place(name);
    mkdirSync(`${at}/from/sub`, { mode: 0o711 });
    writeFileSync(`${at}/from/sub/data`, "x".repeat(200_000), { mode: 0o640 });
    symlinkSync("../file", `${at}/from/sub/link`);
    utimesSync(`${at}/from/sub/data`, 1_000_000, 1_000_000);
    utimesSync(`${at}/from`, 2_000_000, 2_000_000);
    return at;
  }
  const across = (at: string, name: string): [Value, Value, Value, string, Value] => [
    directoryAt(at),
    directoryAt(`${at}/from`),
    directoryAt(other),
    name,
    quietly,
  ];

  test("makes all of it anew, with permissions and times, and removes it here", () => {
    const at = source("across");
    const state = testRun();
    expect(expectDirectory(under(state, "move", ...across(at, "new"))).path).toBe(`${other}/new`);
    expect(existsSync(`${at}/from`)).toBe(false);
    expect(readdirSync(`${other}/new`).sort()).toEqual(["file", "sub"]);
    const data = statSync(`${other}/new/sub/data`);
    expect([data.size, data.mode & 0o777, data.mtimeMs]).toEqual([200_000, 0o640, 1_000_000_000]);
    expect([statSync(`${other}/new/sub`).mode & 0o777, statSync(`${other}/new`).mtimeMs]).toEqual([
      0o711, 2_000_000_000,
    ]);
    expect(readlinkSync(`${other}/new/sub/link`)).toBe("../file");
    const requests = asked(state);
    expect(requests).toEqual(
      expect.arrayContaining([`delete Dir::${at}/from`, `write File::${other}/new/file`]),
    );
  });

  test("replaces an empty directory, goes into another, and not further", () => {
    mkdirSync(`${other}/empty`);
    expect(expectDirectory(run("move", ...across(source("over"), "empty"))).path).toBe(`${other}/empty`);
    expect(expectDirectory(run("move", ...across(source("into"), "empty"))).path).toBe(`${other}/empty/from`);
    expect(kindOf("move", ...across(source("full"), "empty"))).toBe("DirectoryNotEmpty");
    writeFileSync(`${other}/plain`, "");
    expect(failure("move", ...across(source("file"), "plain"))).toBe(
      "Invalid path: Cannot create directory 'plain': file exists",
    );
  });

  test("moves all or nothing", () => {
    const at = source("whole");
    for (const [verb, type, path] of [
      ["open", "Dir", `${at}/from/sub`],
      ["read", "Dir", `${at}/from/sub`],
      ["read", "File", `${at}/from/sub/data`],
      ["create", "Dir", `${other}/part/sub`],
      ["write", "File", `${other}/part/sub/data`],
      ["create", "File", `${other}/part/sub/link`],
      ["delete", "Dir", `${at}/from`],
    ] as const) {
      expect(denial(allBut(`${verb} ${path}`), "move", ...across(at, "part"))).toBe(denied(verb, type, path));
    }
    execFileSync("mkfifo", [`${at}/from/pipe`]);
    expect(failure("move", ...across(at, "part"))).toBe(
      "Unsupported Operation error: Fifo directory entry is not supported",
    );
    expect(readdirSync(`${at}/from`).sort()).toEqual(["file", "pipe", "sub"]);
    expect(readdirSync(other).filter((name) => name === "part" || name.startsWith(".remit"))).toEqual([]);
  });

  test("does not make a link anew whose target it cannot tell, as without FFI", () => {
    const at = source("unknown");
    symlinkSync("a\ufffd", `${at}/from/odd`);
    expect(failure("move", ...across(at, "odd"))).toContain("Error moving dir");
    expect(readlinkSync(`${at}/from/odd`)).toBe("a\ufffd");
    expect(existsSync(`${other}/odd`)).toBe(false);
  });

  test("keeps names and targets that are not UTF-8", () => {
    const at = source("bytes");
    const bytes = Buffer.from([0x61, 0xff]);
    symlinkSync(bytes, Buffer.concat([Buffer.from(`${at}/from/`), bytes]));
    run("move", ...across(at, "bytes"));
    expect(readlinkSync(Buffer.concat([Buffer.from(`${other}/bytes/`), bytes]), "buffer")).toEqual(bytes);
    expect(existsSync(`${at}/from`)).toBe(false);
  });
});
