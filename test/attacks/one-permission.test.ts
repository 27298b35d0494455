/** An operation that needs several permissions does nothing without each of them; with all of them it does. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ALLOW, type Result, Workspace } from "../cli/remit.ts";
import { executable } from "../support/executable.ts";

const work = new Workspace();
const made = join(work.path, "made");
afterAll(() => work.remove());
beforeEach(() => rmSync(made, { force: true }));

/** All is permitted but this, such as `file_system open Dir /usr/bin`. */
function without(permission: string): string {
  const [namespace, action, type, id] = permission.split(" ");
  return `${ALLOW} forbid(principal, action == ${namespace}::Action::"${action}", resource == ${namespace}::${type}::"${id}");`;
}

const DENIED = { status: "ERROR", error: { error_type: "ACCESS_DENIED_EXCEPTION" } };

const SHELL = `
  let sh = DirConfig().path("/usr/bin").build().open(OpenDirOptions().build())
    .open_file("dash", OpenFileOptions().read(true).build());`;

describe("execute", () => {
  const script = `${SHELL} sh.execute(ExecuteOptions().args(["-c", "echo > ${made}"]).build()); 1`;

  test("with all", () => {
    expect(work.run(script).status).toBe("SUCCESS");
    expect(existsSync(made)).toBe(true);
  });

  test.each([
    "file_system open Dir /usr/bin",
    "file_system open File /usr/bin/dash",
    "file_system execute File /usr/bin/dash",
  ])("without %s", (permission) => {
    expect(work.run(script, [], without(permission))).toMatchObject(DENIED);
    expect(existsSync(made)).toBe(false);
  });

  test.each([
    ["arguments", 'context.arguments.positional_values.contains("safe")'],
    ["environment", 'context.environment.hasTag("MODE") && context.environment.getTag("MODE") == "safe"'],
    ["user", 'context.user.username == "nobody"'],
    ["group", 'context.group.groupname == "nogroup"'],
    ["namespace", "context has namespace"],
  ])("other %s than a policy permits", (_, condition) => {
    const policy = `permit(principal, action, resource) when { !(context has arguments) || (${condition}) };`;
    expect(work.run(script, [], policy)).toMatchObject(DENIED);
    expect(existsSync(made)).toBe(false);
  });
});

describe("kill", () => {
  const signals = [
    ["SIGTERM", "kill"],
    ["SIGKILL", "kill"],
    ["SIGQUIT", "kill"],
    ["SIGHUP", "interrupt"],
  ] as const;
  const script = (pid: number | undefined, signal: string) =>
    `ProcessManager().kill(KillOptions().pid(${pid}).signal(Signal::${signal}).build()); 1`;

  test.each(signals)("%s needs %s", async (signal, action) => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on("exit", (_code, by) => resolve(by)),
    );
    const denied = work.run(
      script(child.pid, signal),
      [],
      without(`process_system ${action} Process ${child.pid}`),
    );
    expect(denied).toMatchObject(DENIED);
    expect(existsSync(`/proc/${child.pid}`)).toBe(true);
    expect(child.signalCode).toBeNull();
    expect(work.run(script(child.pid, signal)).status).toBe("SUCCESS");
    expect(await ended).toBe(signal);
  });
});

/** Runs `script` where the name of the machine is the test's own; the name afterwards is the last line. */
function named(script: string, policy: string) {
  const [s, p] = [work.file("s.rhai", script), work.file("p.cedar", policy)].map((name) =>
    join(work.path, name),
  );
  const command = 'hostname first; "$0" run -s "$1" -p "$2"; echo; hostname';
  const { stdout } = spawnSync("unshare", ["--uts", "sh", "-c", command, executable(), s ?? "", p ?? ""], {
    encoding: "utf8",
  });
  const [result = "", name] = stdout.split("\n");
  return { result: JSON.parse(result) as Result, name };
}

const root = process.geteuid?.() === 0 && spawnSync("unshare", ["--uts", "hostname", "first"]).status === 0;

describe.skipIf(!root)(`sysctl_write${root ? "" : " (skipped: needs root and a namespace)"}`, () => {
  const script = 'sysctl_write("kernel.hostname", "second"); 1';

  test("with all", () => {
    expect(named(script, ALLOW)).toMatchObject({ result: { status: "SUCCESS" }, name: "second" });
  });

  test.each([
    "file_system open Dir /proc/sys/kernel",
    "file_system open File /proc/sys/kernel/hostname",
    "file_system write File /proc/sys/kernel/hostname",
  ])("without %s", (permission) => {
    expect(named(script, without(permission))).toMatchObject({ result: DENIED, name: "first" });
  });
});

describe.skipIf(!root)(`nsenter${root ? "" : " (skipped: needs root and a namespace)"}`, () => {
  const script = (pid: number | undefined) => `
    ${SHELL}
    let options = NamespaceOptions().pid(${pid}).mount(true).net(true).build();
    ProcessManager().nsenter(options, || sh.execute(ExecuteOptions().args(["-c", "echo > ${made}"]).build()));
    1`;

  test("with and without each", () => {
    const other = spawn("unshare", ["--mount", "--net", "sleep", "60"], { stdio: "ignore" });
    try {
      for (const action of ["mount_namespace", "network_namespace"]) {
        const policy = without(`process_system ${action} Process ${other.pid}`);
        expect(work.run(script(other.pid), [], policy)).toMatchObject(DENIED);
        expect(existsSync(made)).toBe(false);
      }
      expect(work.run(script(other.pid)).status).toBe("SUCCESS");
      expect(existsSync(made)).toBe(true);
    } finally {
      other.kill("SIGKILL");
    }
  });
});
