/** What is wrong before the script runs: compact JSON on standard output, whatever the format, and exit status 1. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ALLOW, type Result, Workspace } from "./remit.ts";

setDefaultTimeout(60_000);
const work = new Workspace();
afterAll(() => work.remove());

const SCRIPT = ["-s", work.file("s.rhai", 'info("must not run"); 1')];
const POLICY = ["-p", work.file("p.cedar", ALLOW)];
mkdirSync(join(work.path, "folder"));

function refused(args: readonly string[], input = ""): Result {
  const { stdout, stderr, status } = work.call(["run", ...args, "-o", "human"], { input });
  const result = JSON.parse(stdout) as Result;
  expect({ stderr, status, ended: result.status, logs: result.logs }).toEqual({
    stderr: "",
    status: 1,
    ended: "ERROR",
    logs: undefined,
  });
  return result;
}

const messageOf = (args: readonly string[], input?: string) => refused(args, input).error?.message ?? "";

test("files that cannot be read", () => {
  const failed = "Failed to load input files: Failed to read";
  const absent = "No such file or directory (os error 2)";
  expect(messageOf(["-s", "nope", ...POLICY])).toBe(`${failed} script file: nope: ${absent}`);
  expect(messageOf([...SCRIPT, "-p", "nope"])).toBe(`${failed} policy file: nope: ${absent}`);
  expect(messageOf([...SCRIPT, ...POLICY, "-a", "nope"])).toBe(
    `${failed} script arguments file: nope: ${absent}`,
  );
  expect(messageOf(["-s", "folder", ...POLICY])).toBe(
    `${failed} script file: folder: Is a directory (os error 21)`,
  );
  expect(messageOf(["-s", work.file("bytes", new Uint8Array([0xff])), ...POLICY])).toBe(
    `${failed} script file: bytes: stream did not contain valid UTF-8`,
  );
});

test("a script beyond its bound, from a file and from standard input", () => {
  const large = " ".repeat(2 ** 20 + 1);
  const limit = "limit scriptBytes exceeded: at most 1048576";
  expect(messageOf(["-s", work.file("large.rhai", large), ...POLICY])).toEndWith(`large.rhai: ${limit}`);
  expect(messageOf(["-s", "-", ...POLICY], large)).toEndWith(`-: ${limit}`);
});

test("a policy that does not parse, with the place", () => {
  const path = work.file("typo.cedar", "permit(principal,\n  action resource);");
  expect(refused([...SCRIPT, "-p", path]).error).toEqual({
    error_type: "INTERNAL_EXCEPTION",
    message:
      "Failed to create Rhai engine: Failed to parse Cedar policy - check syntax and structure: unexpected token `resource`",
    hint: "line 2, column 10",
  });
});

test("a policy that nests too deeply", () => {
  const deep = `permit(principal, action, resource) when { ${"(".repeat(10_000)}true${")".repeat(10_000)} };`;
  expect(messageOf([...SCRIPT, "-p", work.file("deep.cedar", deep)])).toContain("deeper than 64");
});

test("a policy that cannot work, only with --strict", () => {
  const path = work.file("wrong.cedar", 'permit(principal, action == file_system::Action::"opn", resource);');
  expect(messageOf([...SCRIPT, "-p", path, "--strict"])).toContain(
    "The policy does not pass strict validation: ",
  );
  expect(work.call(["run", ...SCRIPT, "-p", path])).toMatchObject({ status: 0 });
  expect(work.call(["run", ...SCRIPT, ...POLICY, "--strict"])).toMatchObject({ status: 0 });
});

test("arguments that are no JSON, or not tagged", () => {
  const failed = "Failed to load input files: Failed to parse script arguments JSON: a.json: ";
  for (const text of ["{", "[]", '{"x": 1}', '{"x": {"textValue": "y"}}', '{"x": {"integerValue": 1.5}}']) {
    const { error } = refused([...SCRIPT, ...POLICY, "-a", work.file("a.json", text)]);
    expect(error?.error_type).toBe("COMMUNICATION_EXCEPTION");
    expect(error?.message).toStartWith(failed);
  }
});

test("arguments that nest too deeply; a fault of the policy comes first", () => {
  const deep = work.file("deep.json", '{"g": {"listValue": [{"listValue": [{"integerValue": 1}]}]}}');
  expect(refused([...SCRIPT, ...POLICY, "-a", deep])).toMatchObject({
    error: {
      error_type: "VALIDATION_EXCEPTION",
      message: "Script arguments depth validation failed: Argument 'g': Maximum nesting depth of 2 exceeded",
    },
    alarms: [{ alarm_type: "RexRunnerScriptArgumentValidationFailure" }],
  });
  const both = ["-p", work.file("none.cedar", "permit"), "-a", deep];
  expect(refused([...SCRIPT, ...both]).error?.error_type).toBe("INTERNAL_EXCEPTION");
});

test("a name that only the agent may publish", () => {
  const script = 'AlarmBuilder().type("rexAlarm").publish()';
  const result = refused(["-e", script, ...POLICY]);
  expect(result).toMatchObject({
    output: "",
    error: {
      error_type: "SCRIPT_EXCEPTION",
      message:
        "Script alarm validation failed: Invalid alarm type 'rexAlarm': Script alarms cannot start with Rex",
    },
    alarms: [
      {
        alarm_type: "RexRunnerScriptExecutionFailure",
        alarm_details: "Invalid alarm type 'rexAlarm': Script alarms cannot start with Rex",
      },
    ],
  });
});
