import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { ALLOW, type Result, Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

test("the result is one line of JSON without a newline", () => {
  const { stdout, stderr, status } = work.call([
    "run",
    "-s",
    work.file("s.rhai", "40 + 2"),
    "-p",
    work.file("p.cedar", ALLOW),
  ]);
  expect({ stderr, status, lines: stdout.split("\n").length }).toEqual({ stderr: "", status: 0, lines: 1 });
  expect(JSON.parse(stdout)).toMatchObject({ output: "42", status: "SUCCESS", logs: [] });
});

test("pretty JSON is the same, indented", () => {
  work.file("p.cedar", ALLOW);
  const { stdout } = work.call(["run", "-e", "40 + 2", "-p", "p.cedar", "-o", "pretty-json"]);
  expect(stdout.startsWith('{\n  "output": "42",\n  "status": "SUCCESS",\n')).toBe(true);
});

test("a script that fails was run: status ERROR, exit 0", () => {
  expect(work.run("throw 1;")).toMatchObject({
    exit: 0,
    status: "ERROR",
    error: {
      error_type: "SCRIPT_EXCEPTION",
      message: "Runtime error: 1 (line 1, position 1) (line 1, position 1)",
    },
  });
});

test("a script that does not compile or meets a limit: exit 1, but for rex-runner's callers 0", () => {
  for (const script of ["let x = ;", "loop { }"]) {
    expect(work.run(script)).toMatchObject({ exit: 1, error: { error_type: "SCRIPT_EXCEPTION" } });
    const args = ["-s", work.file("s.rhai", script), "-p", work.file("p.cedar", ALLOW)];
    expect(work.call(args).status).toBe(0);
  }
});

test("the script comes from a file, from standard input or from the command line", () => {
  const policy = ["-p", work.file("p.cedar", ALLOW)];
  work.file("s.rhai", "`file`");
  const output = (args: readonly string[], input = "") =>
    (JSON.parse(work.call([...args, ...policy], { input }).stdout) as Result).output;
  expect(output(["run", "-s", "s.rhai"])).toBe("file");
  expect(output(["run", "--script-file=s.rhai"])).toBe("file");
  expect(output(["run", "-s", "-"], "`standard input`")).toBe("standard input");
  expect(output(["run", "-e", "`text`"])).toBe("text");
  expect(output(["run", "-e", "-5"])).toBe("-5");
});

test("rex-runner's command line works without `run`, and under its name", () => {
  const args = ["-s", work.file("s.rhai", "6 * 7"), "-p", work.file("p.cedar", ALLOW)];
  const alias = join(work.path, "rex-runner");
  symlinkSync(executable(), alias);
  expect(JSON.parse(work.call(args).stdout)).toMatchObject({ output: "42" });
  expect(JSON.parse(work.call(args, { program: alias }).stdout)).toMatchObject({ output: "42" });
  const help = work.call(["--help"], { program: alias });
  expect(help.stdout).toContain("Usage: rex-runner -s PATH -p PATH");
  expect(work.call(["run", ...args], { program: alias })).toMatchObject({ status: 2, stdout: "" });
});

test("arguments are variables of the script", () => {
  const path = work.file("a.json", '{"name": {"stringValue": "x"}, "port": {"integerValue": 80}}');
  expect(work.run('name + ":" + port', ["-a", path])).toMatchObject({ output: "x:80" });
});

test("LOG_LEVEL says what is logged", () => {
  const args = ["-s", work.file("s.rhai", 'info("i"); warn("w")'), "-p", work.file("p.cedar", ALLOW)];
  const levels = (env: Record<string, string>) =>
    (JSON.parse(work.call(args, { env }).stdout) as Result).logs?.map(({ attributes }) => attributes.level);
  expect(levels({})).toEqual(["INFO", "WARN"]);
  expect(levels({ LOG_LEVEL: "warn" })).toEqual(["WARN"]);
});

test("nothing is permitted that the policy does not permit", () => {
  const user = spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim();
  const script = `mkdir("${work.path}/made"); "done"`;
  const forbidden = work.run(script, [], "");
  expect(forbidden).toMatchObject({ exit: 0, error: { error_type: "ACCESS_DENIED_EXCEPTION" } });
  expect(forbidden.error?.message).toContain(
    `Permission denied: ${user} unauthorized to perform file_system::Action::"open" for file_system::Dir::${work.path}`,
  );
  expect(work.run(script)).toMatchObject({ output: "done" });
  expect(() => mkdirSync(join(work.path, "made"))).toThrow("EEXIST");
});

test("variables that load foreign code into other programs are not kept", () => {
  const { stdout, stderr } = work.call(["run", "-e", "1", "-p", work.file("p.cedar", ALLOW)], {
    env: { BASH_ENV: "/nowhere", PYTHONPATH: "/nowhere" },
  });
  expect({ output: (JSON.parse(stdout) as Result).output, stderr }).toEqual({ output: "1", stderr: "" });
});
