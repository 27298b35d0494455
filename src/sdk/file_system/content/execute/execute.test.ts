import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import type { Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../../../policy/types.ts";
import { messageOf, testRun } from "../../../testing.ts";
import { built, denied, perform, performIn, Sandbox } from "../testing.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const SCRIPT = '#!/bin/sh\nprintf "%s|" "$@"\nenv | grep -v "^PWD=" | sort\n';

/** Runs a shell script with these options. */
function run(options: { readonly [name: string]: Value } = {}, script = SCRIPT, testing = testRun()) {
  const handle = sandbox.file("script", script, 0o755);
  const result = performIn(testing, "execute", handle, built("ExecuteOptions", options));
  const map = performIn(testing, "to_map", result);
  if (!(map instanceof Map)) throw new Error("expected a map");
  return Object.fromEntries(map);
}

/** What the policy was asked with these options. */
function asked(options: { readonly [name: string]: Value }): AuthorizationRequest {
  const requests: AuthorizationRequest[] = [];
  const testing = testRun((request) => {
    requests.push(request);
    return false;
  });
  messageOf(() => run(options, SCRIPT, testing));
  const [request] = requests;
  if (!request) throw new Error("nothing was asked");
  return request;
}

const map = (values: { readonly [name: string]: Value }) => new Map(Object.entries(values));

describe.if(process.platform === "linux")("execute", () => {
  test("arguments and environment, and no other", () => {
    const options = { args: ["-f", ["--key", "a b"], ["alone"]], env: map({ MODE: "safe" }) };
    expect(run(options)).toEqual({ exit_code: 0n, stdout: "-f|--key|a b|alone|MODE=safe\n", stderr: "" });
  });

  test("exit codes and signals", () => {
    expect(run({}, "#!/bin/sh\necho no >&2\nexit 3\n")).toEqual({
      exit_code: 3n,
      stdout: "",
      stderr: "no\n",
    });
    expect(run({}, "#!/bin/sh\nkill -9 $$\n")).toMatchObject({ exit_code: -9n });
  });

  test("what cannot be started", () => {
    expect(run({}, "no program")).toMatchObject({
      exit_code: 1n,
      stderr: "fexecve failed: ENOEXEC: Exec format error\n",
    });
    const handle = sandbox.file("plain", SCRIPT, 0o644);
    const result = perform("execute", handle, built("ExecuteOptions"));
    expect(perform("stderr", result)).toBe("fexecve failed: EACCES: Permission denied\n");
  });

  test("getters", () => {
    const result = perform(
      "execute",
      sandbox.file("s", "#!/bin/sh\necho x\n", 0o755),
      built("ExecuteOptions"),
    );
    expect(perform("stdout", result)).toBe("x\n");
    expect(perform("exit_code", result)).toBe(0n);
  });

  test("the file that was opened, not what has its name now", () => {
    const handle = sandbox.file("script", "#!/bin/sh\necho first\n", 0o755);
    sandbox.file("other", "#!/bin/sh\necho second\n", 0o755);
    renameSync(join(sandbox.path, "other"), join(sandbox.path, "script"));
    expect(perform("stdout", perform("execute", handle, built("ExecuteOptions")))).toBe("first\n");
  });

  test("denied", () => {
    const message = messageOf(() => run({}, SCRIPT, denied("execute", join(sandbox.path, "script"))));
    expect(message).toContain('unauthorized to perform file_system::Action::"execute"');
  });

  test("what the policy sees", () => {
    const { resource, context } = asked({
      args: ["-v", ["--count", "3"], "get", "-v"],
      env: map({ B: "2", A: "1" }),
      namespace: built("ChildNamespaceOptions", { target_process: 7n }),
    });
    expect(resource.id).toBe(join(sandbox.path, "script"));
    const [args, env] = context?.entities ?? [];
    expect(args?.attributes).toEqual({ keys: ["--count"], flags: ["-v", "-v"], positional_values: ["get"] });
    expect(args?.tags).toEqual({
      "-v": "true",
      "--count": "3",
      get: "true",
      $ARG0: "-v",
      $ARG1: "get",
      $ARG2: "-v",
    });
    expect(env).toMatchObject({ attributes: { names: ["A", "B"] }, tags: { A: "1", B: "2" } });
    expect(context?.record).toMatchObject({
      arguments: { __entity: { type: "file_system::Arguments", id: args?.id } },
      environment: { __entity: { type: "file_system::Environment", id: env?.id } },
      user: { uid: process.getuid?.() },
      group: { gid: process.getgid?.() },
      namespace: { target_process_id: 7 },
    });
  });

  test("user and group that are given, by name", () => {
    expect(asked({ user: "root", group: "root" }).context?.record).toMatchObject({
      user: { username: "root", uid: 0 },
      group: { groupname: "root", gid: 0 },
    });
    expect(messageOf(() => run({ user: "no-such-user" }))).toBe(
      "Identity resolution error: No user mapping found for uid: no-such-user",
    );
    expect(messageOf(() => run({ group: "no-such-group" }))).toBe(
      "Identity resolution error: No group mapping found for gid: no-such-group",
    );
  });

  test.each([
    [
      [
        ["k", "evil"],
        ["k", "safe"],
      ],
      "k",
    ],
    [[["k", "safe"], "k"], "k"],
    [[["$ARG0", "safe"], "evil"], "$ARG0"],
  ])("%j: a policy would see only one of them", (args, name) => {
    const testing = testRun();
    expect(messageOf(() => run({ args }, SCRIPT, testing))).toBe(
      `Validation error: Argument '${name}' is given with different values`,
    );
    expect(testing.asked).toEqual([]);
  });

  test("the same argument twice", () => {
    expect(run({ args: ["x", "x", ["k", "v"], ["k", "v"]] })).toMatchObject({ stdout: "x|x|k|v|k|v|" });
  });

  test("a handle that can be written to", () => {
    sandbox.file("script", SCRIPT, 0o755);
    const handle = sandbox.open("script", { write: true });
    expect(messageOf(() => perform("execute", handle, built("ExecuteOptions")))).toStartWith(
      "Invalid file mode: Attempted to execute a file opened with write permissions.",
    );
  });

  test("a process that is not there", () => {
    const namespace = built("ChildNamespaceOptions", { target_process: 4_194_305n });
    expect(messageOf(() => run({ namespace }))).toBe(
      "File descriptor operation failed: Failed to open pidfd for PID 4194305",
    );
  });

  test("a NUL would end what the policy saw", () => {
    expect(run({ args: ["a\0b"] })).toMatchObject({ exit_code: 1n });
  });
});

describe("options", () => {
  test.each([
    [{ args: ["ok", ""] }, "Validation error: Argument key at index 1 cannot be empty"],
    [{ args: [["", "v"]] }, "Validation error: Argument key at index 0 cannot be empty"],
    [{ args: ["a", ["k", ""]] }, "Validation error: Argument value for key 'k' at index 1 cannot be empty"],
    [{ args: ["a", []] }, "Argument array at index 1 cannot be empty"],
    [{ args: [["a", "b", "c"]] }, "Argument array at index 0 cannot have more than 2 elements"],
    [{ args: [5n] }, "Argument at index 0 must be a string or an array"],
    [{ args: [[5n]] }, "Argument key must be a string"],
    [{ args: [["k", 5n]] }, "Argument value must be a string"],
    [{ env: map({ A: 1n }) }, "Environment variable value for key 'A' must be a string"],
    [
      { env: map({ A: "x", "": "1" }) },
      "Validation error: Environment variable at index 0 should have non-empty key and value",
    ],
    [
      { env: map({ A: "x", B: "" }) },
      "Validation error: Environment variable at index 1 should have non-empty key and value",
    ],
    [{ capabilities: ["CAP_BOGUS"] }, "Invalid capability format: 'CAP_BOGUS'"],
    [{ capabilities: ["cap_chown"] }, "Invalid capability format: 'cap_chown'"],
    [{ capabilities: ["CAP_CHOWN", 3n] }, "Capability at index 1 must be a string"],
  ])("%#: %p", (options: { readonly [name: string]: Value }, message) => {
    expect(messageOf(() => built("ExecuteOptions", options))).toBe(message);
  });

  test("what is accepted", () => {
    const options = { args: ["a", ["b"], ["c", "d"]], env: map({ A: "1" }), capabilities: ["CAP_BPF"] };
    expect(built("ExecuteOptions", options)).toMatchObject({ values: { capabilities: [39] } });
  });

  test("namespace", () => {
    const out =
      "Parameter conversion failed for target_process: out of range integral type conversion attempted";
    expect(messageOf(() => built("ChildNamespaceOptions", { target_process: -1n }))).toBe(out);
    expect(messageOf(() => built("ChildNamespaceOptions", { target_process: 2n ** 32n }))).toBe(out);
    expect(messageOf(() => built("ChildNamespaceOptions"))).toBe(
      "Invalid arguments: Field not initialized: target_process",
    );
  });
});
