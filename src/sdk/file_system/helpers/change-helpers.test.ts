/** write, touch, cp and mv: what they leave on the disk, above all when they are denied. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { testRun } from "../../testing.ts";
import { cpNamespace } from "./cp.ts";
import { mvNamespace } from "./mv.ts";
import { allBut, asked, denied, only, scratch, shell } from "./testing.ts";
import { touchNamespace } from "./touch.ts";
import { writeNamespace } from "./write.ts";

const root = scratch(afterAll);
let made = 0;
/** A fresh directory, so that what a test leaves is seen whole. */
const folder = (): string => {
  const path = `${root}/${made++}`;
  mkdirSync(path);
  return path;
};
const content = (path: string): string => readFileSync(path, "utf8");

describe("write", () => {
  const { run, under, failure, denial, flag } = shell(writeNamespace);

  test("appends, or replaces, and creates what is not there", () => {
    const dir = folder();
    const path = `${dir}/log`;
    run("write", path, "eins\n");
    run("write", [flag("append")], path, "zwei ✓\n");
    run("write", [], path, "");
    expect(content(path)).toBe("eins\nzwei ✓\n");
    run("write", [flag("a"), flag("replace")], path, "neu");
    expect(content(path)).toBe("neu");
    run("write", [flag("r")], `${dir}/other`, "");
    expect(content(`${dir}/other`)).toBe("");
    expect(readdirSync(dir).sort()).toEqual(["log", "other"]);
  });

  test("appends to what is no text without losing a byte", () => {
    const path = `${folder()}/raw`;
    writeFileSync(path, new Uint8Array([0xff, 0xfe, 0, 0x62]));
    run("write", path, "text");
    expect([...readFileSync(path)]).toEqual([0xff, 0xfe, 0, 0x62, ...Buffer.from("text")]);
  });

  test("asks for everything before it creates anything", () => {
    const dir = folder();
    const path = `${dir}/new`;
    const state = testRun();
    under(state, "write", path, "x");
    const requests = [`open Dir::${dir}`, `open File::${path}`, `create File::${path}`, `read File::${path}`];
    expect(asked(state)).toEqual(expect.arrayContaining([...requests, `write File::${path}`]));
    for (const [verb, flags] of [
      ["open", []],
      ["create", []],
      ["read", []],
      ["write", []],
      ["write", [flag("r")]],
    ] as const) {
      const other = `${dir}/${verb}-denied`;
      expect(denial(allBut(`${verb} ${other}`), "write", [...flags], other, "x")).toBe(
        denied(verb, "File", other),
      );
    }
    expect(readdirSync(dir)).toEqual(["new"]);
  });

  test("keeps what it may not read, and replaces without reading", () => {
    const path = `${folder()}/journal`;
    writeFileSync(path, "entry 1\n");
    expect(denial(allBut(`read ${path}`), "write", path, "lost")).toBe(denied("read", "File", path));
    expect(content(path)).toBe("entry 1\n");
    under(testRun(allBut(`read ${path}`)), "write", [flag("r")], path, "new");
    expect(content(path)).toBe("new");
  });

  test("follows links to the directory, but not in the place of the file", () => {
    const dir = folder();
    mkdirSync(`${dir}/real`);
    writeFileSync(`${dir}/real/t`, "target");
    symlinkSync("real", `${dir}/ld`);
    symlinkSync("real/t", `${dir}/l`);
    run("write", `${dir}/ld/t`, "+1");
    expect(content(`${dir}/real/t`)).toBe("target+1");
    expect(failure("write", [flag("r")], `${dir}/l`, "x")).toBe(
      `File error: file is a symbolic link but follow_symlinks is not enabled: ${dir}/l`,
    );
    expect(failure("write", `${dir}/real`, "x")).toBe("Is a directory (os error 21)");
    expect(failure("write", `${dir}/none/f`, "x")).toBe("No such file or directory (os error 2)");
    expect(content(`${dir}/real/t`)).toBe("target+1");
  });
});

describe("touch", () => {
  const { run, under, failure, denial } = shell(touchNamespace);

  test("creates an empty file and leaves another as it is", () => {
    const dir = folder();
    run("touch", `${dir}/new`);
    expect(content(`${dir}/new`)).toBe("");
    writeFileSync(`${dir}/old`, "o");
    utimesSync(`${dir}/old`, 1, 1);
    run("touch", `${dir}/old`);
    expect(content(`${dir}/old`)).toBe("o");
    expect(statSync(`${dir}/old`).mtimeMs).toBe(1000);
  });

  test("needs its permissions, also for what is there", () => {
    const dir = folder();
    const path = `${dir}/f`;
    expect(denial(only(), "touch", path)).toBe(denied("open", "Dir", dir));
    expect(denial(allBut(`open ${path}`), "touch", path)).toBe(denied("open", "File", path));
    expect(denial(allBut(`create ${path}`), "touch", path)).toBe(denied("create", "File", path));
    expect(existsSync(path)).toBe(false);
    under(testRun(only(`open ${dir}`, `open ${path}`, `create ${path}`)), "touch", path);
    expect(denial(allBut(`create ${path}`), "touch", path)).toBe(denied("create", "File", path));
  });

  test("follows no link", () => {
    const dir = folder();
    symlinkSync(root, `${dir}/up`);
    expect(failure("touch", `${dir}/up/f`)).toStartWith("Directory error: Not a directory");
    expect(existsSync(`${root}/f`)).toBe(false);
    expect(failure("touch", "/")).toBe("Invalid arguments: Invalid file path: /");
    expect(failure("touch", "f")).toBe("Path is not absolute ");
  });
});

describe("cp", () => {
  const { run, under, failure, denial, flag } = shell(cpNamespace);

  test("copies bytes; mode and times where asked", () => {
    const dir = folder();
    writeFileSync(`${dir}/a`, new Uint8Array([0, 255, 13, 10]), { mode: 0o640 });
    utimesSync(`${dir}/a`, 1, 1);
    run("cp", `${dir}/a`, `${dir}/b`);
    expect(readFileSync(`${dir}/b`)).toEqual(readFileSync(`${dir}/a`));
    run("cp", [flag("p")], `${dir}/a`, `${dir}/c`);
    expect(statSync(`${dir}/c`).mode & 0o777).toBe(0o640);
    expect(statSync(`${dir}/c`).mtimeMs).toBe(1000);
  });

  test("overwrites only by force", () => {
    const dir = folder();
    writeFileSync(`${dir}/a`, "short");
    writeFileSync(`${dir}/b`, "much longer");
    expect(failure("cp", `${dir}/a`, `${dir}/b`)).toBe(
      `Destination file not empty: File: ${dir}/b, Size: 11 bytes`,
    );
    expect(content(`${dir}/b`)).toBe("much longer");
    run("cp", [flag("force")], `${dir}/a`, `${dir}/b`);
    expect(content(`${dir}/b`)).toBe("short");
    run("cp", [flag("f")], `${dir}/a`, `${dir}/a`);
    expect(content(`${dir}/a`)).toBe("short");
  });

  test("asks for everything before it creates the destination", () => {
    const dir = folder();
    const [a, b] = [`${dir}/a`, `${dir}/b`];
    writeFileSync(a, "data");
    const all = [`open ${dir}`, `open ${a}`, `open ${b}`, `create ${b}`, `read ${a}`, `write ${b}`];
    for (const missing of all) {
      const [verb = "", path = ""] = missing.split(" ");
      const type = path === dir ? "Dir" : "File";
      expect(denial(allBut(missing), "cp", a, b)).toBe(denied(verb, type, path));
      expect(readdirSync(dir)).toEqual(["a"]);
    }
    under(testRun(only(...all)), "cp", a, b);
    expect(content(b)).toBe("data");
  });

  test("follows no link at either end", () => {
    const dir = folder();
    writeFileSync(`${dir}/t`, "t");
    symlinkSync("t", `${dir}/l`);
    symlinkSync(".", `${dir}/ld`);
    const link = "file is a symbolic link but follow_symlinks is not enabled";
    expect(failure("cp", `${dir}/l`, `${dir}/x`)).toContain(link);
    expect(failure("cp", [flag("f")], `${dir}/t`, `${dir}/l`)).toContain(link);
    expect(failure("cp", `${dir}/ld/t`, `${dir}/x`)).toContain("Not a directory");
    expect(failure("cp", `${dir}/t`, `${dir}/ld/x`)).toContain("Not a directory");
    expect(existsSync(`${dir}/x`)).toBe(false);
  });
});

describe("mv", () => {
  const { run, under, failure, denial, flag } = shell(mvNamespace);

  test("moves a file in place of another, and logs it where asked", () => {
    const dir = folder();
    writeFileSync(`${dir}/a`, "moved");
    writeFileSync(`${dir}/b`, "old");
    const state = testRun();
    under(state, "mv", [flag("v")], `${dir}/a`, `${dir}/b`);
    expect(readdirSync(dir)).toEqual(["b"]);
    expect(content(`${dir}/b`)).toBe("moved");
    expect(state.logs.map(({ level, message }) => `${level} ${message}`)).toEqual([
      `INFO Moved from '${dir}/a' to '${dir}/b'`,
    ]);
    run("mv", `${dir}/b`, `${dir}/b`);
    expect(content(`${dir}/b`)).toBe("moved");
  });

  test("asks for everything before it moves", () => {
    const dir = folder();
    const [a, b] = [`${dir}/a`, `${dir}/b`];
    writeFileSync(a, "data");
    const all = [`open ${dir}`, `open ${a}`, `move ${a}`, `create ${b}`, `open ${b}`];
    for (const missing of all) {
      const [verb = "", path = ""] = missing.split(" ");
      const type = path === dir ? "Dir" : "File";
      expect(denial(allBut(missing), "mv", a, b)).toBe(denied(verb, type, path));
      expect(readdirSync(dir)).toEqual(["a"]);
    }
    under(testRun(only(...all)), "mv", a, b);
    expect(readdirSync(dir)).toEqual(["b"]);
  });

  test("replaces a link, but moves none and goes through none", () => {
    const dir = folder();
    mkdirSync(`${dir}/real`);
    writeFileSync(`${dir}/a`, "a");
    writeFileSync(`${dir}/real/t`, "target");
    symlinkSync("real/t", `${dir}/lt`);
    symlinkSync("real", `${dir}/ld`);
    expect(failure("mv", `${dir}/lt`, `${dir}/x`)).toContain("file is a symbolic link");
    expect(failure("mv", `${dir}/ld/t`, `${dir}/x`)).toContain("Not a directory");
    expect(failure("mv", `${dir}/a`, `${dir}/ld/a`)).toContain("Not a directory");
    run("mv", `${dir}/a`, `${dir}/lt`);
    expect(content(`${dir}/lt`)).toBe("a");
    expect(content(`${dir}/real/t`)).toBe("target");
  });
});
