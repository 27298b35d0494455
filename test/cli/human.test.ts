import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { executable } from "../support/executable.ts";
import { ALLOW, Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

const user = spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim();
const MAKE = `mkdir("${work.path}/made");`;

test("the output and nothing else", () => {
  expect(work.human('info("logged"); "hello"')).toMatchObject({ stdout: "hello\n", stderr: "", status: 0 });
  expect(work.human("()")).toMatchObject({ stdout: "", stderr: "", status: 0 });
});

test("verbose: the log before it, the metrics after it", () => {
  const { stdout } = work.human('info("logged"); "hello"', ["-v"]);
  const [log, output, title, ...metrics] = stdout.trimEnd().split("\n");
  expect([log, output, title]).toEqual(["[INFO] logged", "hello", "--- metrics ---"]);
  expect(metrics.map((line) => line.replace(/: \d+$/, ""))).toEqual([
    "RexRunnerScriptExecutionTime",
    "RexRunnerScriptExecutionSuccessCount",
    "RexRunnerTotalExecutionTime",
  ]);
});

test("an error stands on standard error", () => {
  expect(work.human("1 / 0")).toMatchObject({
    stdout: "",
    stderr: "error: Division by zero: 1 / 0 (line 1, position 3)\n",
    status: 0,
  });
});

test("a denial: the permit that is missing", () => {
  const { stdout, stderr, status } = work.human(MAKE, [], "");
  expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
  const [error, ...explained] = stderr.trimEnd().split("\n");
  expect(error).toStartWith("error: IoErrorKind: PermissionDenied: Permission denied: ");
  expect(explained).toEqual([
    `denied: file_system.open on file_system::Dir::"${work.path}"`,
    "  no policy permits it; this would:",
    `    permit(principal == User::"${user}", action == file_system::Action::"open", resource == file_system::Dir::"${work.path}");`,
  ]);
});

test("what a denial offers is a policy that permits it", () => {
  const offered = (policy: string) =>
    work
      .human(MAKE, [], policy)
      .stderr.split("\n")
      .filter((line) => line.startsWith("    permit("))
      .join("\n");
  let policy = "";
  for (let more = offered(policy); more !== ""; more = offered(policy)) policy += `${more}\n`;
  expect(policy.match(/permit\(/g)).toHaveLength(2);
  expect(work.human(MAKE, [], policy)).toMatchObject({ stderr: "", status: 0 });
});

test("a denial by a policy: its name, also when the script caught the denial", () => {
  const policy = `${ALLOW} @id("nothing new") forbid(principal, action == file_system::Action::"create", resource);`;
  const script = `try { mkdir("${work.path}/other"); } catch (error) { } "went on"`;
  expect(work.human(script, [], policy)).toMatchObject({
    stdout: "went on\n",
    stderr: `denied: file_system.create on file_system::Dir::"${work.path}/other"\n  forbidden by nothing new\n`,
  });
});

test("after a denial, what of the policy cannot work", () => {
  const wrong = 'permit(principal, action == file_system::Action::"opn", resource);';
  const findings = (script: string) =>
    work
      .human(script, [], wrong)
      .stderr.split("\n")
      .filter((line) => line.startsWith("p.cedar:1:29: error: unrecognized action"));
  expect(findings(MAKE)).toHaveLength(1);
  expect(findings("1")).toEqual([]);
});

test("many denials: ten are explained, the others counted", () => {
  const script = 'for i in 0..25 { try { touch("/nowhere" + i + "/x"); } catch { } }';
  const lines = work.human(script, [], "").stderr.trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith("denied: "))).toHaveLength(10);
  expect(lines.at(-1)).toBe("and 15 more denials");
});

const terminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

test.skipIf(!terminal)(
  `a terminal gets no control characters of a script, a pipe gets all${terminal ? "" : " (skipped: no script(1))"}`,
  () => {
    work.file("s.rhai", '"a\\x1b[2Jb"');
    work.file("p.cedar", ALLOW);
    const command = `${executable()} run -s ${work.path}/s.rhai -p ${work.path}/p.cedar -o human`;
    const shown = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", input: "" });
    expect(shown.stdout.trim()).toBe("a\\u{1b}[2Jb");
    expect(work.human('"a\\x1b[2Jb"').stdout).toBe("a\x1b[2Jb\n");
  },
);
