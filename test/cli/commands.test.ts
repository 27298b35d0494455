/** The commands that tell: validate, functions, version. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { LIMITS } from "../../src/platform/limits.ts";
import { ALLOW, Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

describe("validate", () => {
  const check = (policy: string, ...options: string[]) =>
    work.call(["validate", "-p", work.file("p.cedar", policy), ...options]);

  test("a policy in which nothing is found", () => {
    expect(check(ALLOW)).toMatchObject({
      status: 0,
      stdout: "p.cedar: 1 policy, nothing found\n",
      stderr: "",
    });
    expect(JSON.parse(check(ALLOW, "--json").stdout)).toEqual({
      policyFile: "p.cedar",
      policies: 1,
      findings: [],
    });
  });

  const WRONG = `${ALLOW}\n@id("typo")\npermit(principal, action == file_system::Action::"opn", resource);`;

  test("findings have a position and the policy's id", () => {
    const { stdout, status } = check(WRONG);
    expect(status).toBe(1);
    expect(stdout).toStartWith('p.cedar:3:29: error: unrecognized action `file_system::Action::"opn"`');
    expect(stdout.split("\n")[0]).toEndWith('(policy "typo")');
  });

  test("and in JSON too", () => {
    const { stdout, status } = check(WRONG, "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      policies: 2,
      findings: [{ severity: "error", policy: "typo", position: { line: 3, column: 29 } }, {}, {}],
    });
  });

  test("a policy that does not parse", () => {
    expect(check("permit(principal,\n  action resource);")).toMatchObject({
      status: 1,
      stdout: "p.cedar:2:10: error: unexpected token `resource`\n",
    });
    expect(JSON.parse(check("permit", "--json").stdout)).toMatchObject({
      policies: 0,
      findings: [{ severity: "error" }],
    });
  });

  test("a file that is not there", () => {
    expect(work.call(["validate", "-p", "nope"])).toMatchObject({
      status: 1,
      stdout: "",
      stderr:
        "error: Failed to load input files: Failed to read policy file: nope: No such file or directory (os error 2)\n",
    });
  });
});

describe("functions", () => {
  const list = (...args: string[]) => work.call(["functions", ...args]);

  test("all of them, by group", () => {
    const { stdout, status } = list();
    expect(status).toBe(0);
    expect(stdout).toStartWith("Functions\n");
    expect(stdout).toContain("\n  info(message: String) -> ()\n");
    expect(stdout).toContain("\nMetric\n");
    expect(stdout).toContain("  TcpState::ESTABLISHED, TcpState::SYN_SENT");
  });

  test("one, with the checks that it makes", () => {
    const { stdout, status } = list("mkdir");
    expect(status).toBe(0);
    expect(stdout).toContain("mkdir(path: String) -> ()\n");
    expect(stdout).toMatch(/checks +fs:open Dir/);
    expect(stdout).not.toContain("touch");
    expect(list("MKDIR").stdout).toBe(stdout);
  });

  test("the methods of a type, and one function of a module", () => {
    expect(list("MetricBuilder").stdout).toContain("  MetricBuilder.publish() -> ");
    expect(list("seq::step").stdout).toStartWith("seq\n  seq::step(");
    expect(list("DirHandle.metadata").stdout).toMatch(/^DirHandle\n {2}DirHandle.metadata\(\)/);
  });

  test("in JSON", () => {
    const touch = JSON.parse(list("touch", "--json").stdout);
    expect(touch).toMatchObject([
      {
        name: "touch",
        kind: "function",
        params: [{ name: "path", type: "String" }],
        returns: "()",
        signature: "touch(path: String) -> ()",
      },
    ]);
    expect(touch[0].checks.length).toBeGreaterThan(0);
    const all = JSON.parse(list("--json").stdout);
    expect(all).toContainEqual(expect.objectContaining({ kind: "constant", name: "IoErrorKind::NotFound" }));
  });

  test("an unknown name, with those that are near", () => {
    expect(list("mkdri")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "error: no function, type or constant is called 'mkdri'; did you mean 'mkdir'?\n",
    });
    expect(list("zzzzzz")).toMatchObject({ status: 1, stdout: "" });
  });
});

describe("version", () => {
  test("one line", () => {
    const { stdout, status } = work.call(["version"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^remit \d+\.\d+\.\d+ \w+-\w+ \(Rhai \d+\.\d+\.\d+, Cedar \d+\.\d+\.\d+\)\n$/);
    expect(work.call(["--version"]).stdout).toBe(stdout);
  });

  test("JSON has every limit that a result can name, with its value", () => {
    const version = JSON.parse(work.call(["version", "--json"]).stdout);
    expect(version.limits).toMatchObject({ ...LIMITS });
    expect(version.limits.memoryBytes).toBeGreaterThan(0);
    expect(version.schema.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
