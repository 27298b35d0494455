import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { END, entry, type TestEntry } from "../../../../tar/testing.ts";
import { messageOf, testRun } from "../../../testing.ts";
import { built, denied, perform, performIn, Sandbox } from "../testing.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  mkdirSync(join(sandbox.path, "out"), { mode: 0o755 });
});
afterEach(() => sandbox.remove());

const out = (...names: string[]) => join(sandbox.path, "out", ...names);
const text = (...names: string[]) => readFileSync(out(...names), "utf8");
const bits = (...names: string[]) => (statSync(out(...names)).mode & 0o7777).toString(8);

function extract(run: ReturnType<typeof testRun>, entries: readonly TestEntry[], options = {}): void {
  const archive = gzipSync(Buffer.concat([...entries.map(entry), END]));
  const handle = sandbox.file("in.tgz", archive);
  performIn(
    run,
    "extract_archive",
    handle,
    sandbox.directory("out"),
    built("ExtractArchiveOptions", options),
  );
}

const warnings = (run: ReturnType<typeof testRun>) => run.logs.map(({ message }) => message);

describe("extract_archive", () => {
  test("files and directories with mode and time", () => {
    const run = testRun();
    extract(run, [
      { path: "d", type: "5", mode: 0o750 },
      { path: "d/run", content: "x", mode: 0o711, mtime: 1234567890 },
      { path: "./a/b/c", content: "deep" },
    ]);
    expect(text("d", "run")).toBe("x");
    expect(text("a", "b", "c")).toBe("deep");
    expect([bits("d"), bits("d", "run")]).toEqual(["750", "711"]);
    expect(statSync(out("d", "run")).mtimeMs).toBe(1234567890_000);
    expect(statSync(out("d")).mtimeMs).toBe(1_000_000_000_000);
    expect(warnings(run)).toEqual([]);
    const file = `file_system::File::${out("a", "b", "c")}`;
    expect(run.asked.filter((asked) => asked.includes(out("a")))).toEqual([
      `file_system.create ${file}`,
      `file_system.write ${file}`,
      `file_system.create file_system::Dir::${out("a")}`,
      `file_system.create file_system::Dir::${out("a", "b")}`,
      `file_system.chmod ${file}`,
    ]);
  });

  test("without what shall not be preserved", () => {
    const options = { preserve_permissions: false, preserve_timestamps: false };
    extract(testRun(), [{ path: "f", mode: 0o600 }], options);
    expect(bits("f")).toBe((0o666 & ~process.umask()).toString(8));
    expect(statSync(out("f")).mtimeMs).toBeGreaterThan(1_500_000_000_000);
  });

  test("special bits are never restored", () => {
    const run = testRun();
    extract(run, [
      { path: "tool", mode: 0o6755 },
      { path: "drop", type: "5", mode: 0o1777 },
    ]);
    expect(bits("tool")).toBe("755");
    expect(statSync(out("drop")).mode & 0o7002).toBe(0);
    expect(warnings(run)[0]).toContain("Could not set permissions for directory drop");
  });

  test("links, devices and fifos are left out", () => {
    const types = ["1", "2", "3", "4", "6"].map((type) => ({ path: `t${type}`, type }));
    extract(testRun(), [...types, { path: "f", content: "x" }]);
    expect(types.map(({ path }) => existsSync(out(path)))).toEqual(types.map(() => false));
    expect(text("f")).toBe("x");
  });

  test.each(["../up", "a/../../up", "a/..", "/up", "", "./", "f/"])(
    "%j is left out with a warning",
    (path) => {
      const run = testRun();
      extract(run, [
        { path, content: "evil" },
        { path: "good", content: "x" },
      ]);
      expect(text("good")).toBe("x");
      expect(existsSync(join(sandbox.path, "up"))).toBe(false);
      expect(existsSync(out("a"))).toBe(false);
      expect(warnings(run)[0]).toStartWith(`Failed to extract file ${path}: Path of the entry`);
    },
  );

  test("never through a link, and in the place of one", () => {
    const outside = join(sandbox.path, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "keep"), "keep");
    symlinkSync("../outside", out("esc"));
    symlinkSync("../outside/keep", out("keep"));
    const run = testRun();
    extract(run, [
      { path: "esc/drop", content: "evil" },
      { path: "esc", type: "5", mode: 0o700 },
      { path: "keep", content: "new" },
    ]);
    expect(existsSync(join(outside, "drop"))).toBe(false);
    expect(statSync(outside).mode & 0o777).not.toBe(0o700);
    expect(readFileSync(join(outside, "keep"), "utf8")).toBe("keep");
    expect(text("keep")).toBe("new");
    expect(warnings(run)).toHaveLength(2);
  });

  test.each([
    ["create", "d/f", "d"],
    ["write", "d/f", "d"],
    ["create", "d", "d"],
  ])("denied %s of %s: nothing of the entry is made, the others are", (verb, path, absent) => {
    const run = denied(verb, out(path));
    extract(run, [
      { path: "d/f", content: "x" },
      { path: "ok", content: "y" },
    ]);
    expect(existsSync(out(absent))).toBe(false);
    expect(text("ok")).toBe("y");
    expect(warnings(run)[0]).toContain(`unauthorized to perform file_system::Action::"${verb}"`);
  });

  test("denied chmod: the file is there with the permissions of new files", () => {
    const run = denied("chmod", out("f"));
    extract(run, [{ path: "f", content: "x", mode: 0o700 }]);
    expect(text("f")).toBe("x");
    expect(bits("f")).toBe((0o666 & ~process.umask()).toString(8));
    expect(warnings(run)[0]).toStartWith("Could not set permissions for file f: Permission denied:");
  });

  test("denied open of a directory: it is not made", () => {
    const run = denied("open", out("d"));
    extract(run, [{ path: "d", type: "5" }]);
    expect(existsSync(out("d"))).toBe(false);
    expect(warnings(run)[0]).toStartWith("Failed to apply directory attributes d: Permission denied:");
  });

  test("an owner that is not known here", () => {
    const run = testRun();
    extract(run, [{ path: "f", content: "x", user: "no-such-user" }], { preserve_ownership: true });
    expect(text("f")).toBe("x");
    expect(warnings(run)[0]).toContain(
      "Identity resolution error: No user mapping found for uid: no-such-user",
    );
  });

  test("denied chown, and chown where it is not asked for", () => {
    const run = denied("chown", out("f"));
    extract(run, [{ path: "f" }], { preserve_ownership: true });
    expect(warnings(run)[0]).toContain('file_system::Action::"chown"');
    const without = testRun();
    extract(without, [{ path: "g" }]);
    expect(without.asked.some((asked) => asked.includes("chown"))).toBe(false);
  });

  test("a denied archive changes nothing", () => {
    const run = denied("read", join(sandbox.path, "in.tgz"));
    expect(messageOf(() => extract(run, [{ path: "f" }]))).toContain('file_system::Action::"read"');
    expect(existsSync(out("f"))).toBe(false);
  });

  test.each([
    ["no gzip", Buffer.from("plain text of some length"), "invalid gzip header"],
    ["no tar", gzipSync("plain text"), "failed to read entire block"],
    ["nothing", Buffer.alloc(0), "unexpected end of file"],
  ])("%s", (_, content, message) => {
    const handle = sandbox.file("in.tgz", content);
    const options = built("ExtractArchiveOptions");
    expect(messageOf(() => perform("extract_archive", handle, sandbox.directory("out"), options))).toBe(
      message,
    );
  });

  test("an archive cut short: what was whole is there, what was not is not", () => {
    const whole = Buffer.concat([
      entry({ path: "whole", content: "x" }),
      entry({ path: "cut", content: "y".repeat(4000) }),
    ]);
    const handle = sandbox.file("in.tgz", gzipSync(whole.subarray(0, 2000)));
    const options = built("ExtractArchiveOptions");
    expect(messageOf(() => perform("extract_archive", handle, sandbox.directory("out"), options))).toContain(
      "EOF",
    );
    expect(text("whole")).toBe("x");
    expect(existsSync(out("cut"))).toBe(false);
  });
});
