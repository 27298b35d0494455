/** What an agent may do by itself: levels of autonomy, approvals, and the record that comes before the effect. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

let world: AgentWorld;
let data: string;
const tokens: string[] = [];

beforeAll(async () => {
  world = new AgentWorld();
  data = join(world.path, "data");
  mkdirSync(data);
  const policy = `
    @id("all") permit(principal, action, resource) unless { resource in file_system::Dir::"${data}/asked" };
    @id("asked") @approval("changes what others use")
    permit(principal, action, resource) when { resource in file_system::Dir::"${data}/asked" };`;
  mkdirSync(join(data, "asked"));
  await world.start("--policy", world.file("p.cedar", policy));
  for (const level of [0, 1, 2, 3, 4]) {
    const { stdout } = world.call("token", "create", `level-${level}`, "--autonomy", String(level));
    tokens.push(stdout.trim());
  }
});
afterAll(() => world.remove());

const run = (level: number, script: string, more: object = {}) =>
  world.ask("POST", "/v1/runs", { script, ...more }, tokens[level]);
const writing = (path: string) => `write("${path}", "written"); "done"`;
const reasons = (body: { denials: readonly { reason: string }[] }) => [
  ...new Set(body.denials.map(({ reason }) => reason)),
];

/** Answers what waits until `ended`, in the order in which it comes. */
async function answer(ended: Promise<unknown>, how: "approve" | "deny"): Promise<readonly string[]> {
  const actions: string[] = [];
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    const { body } = await world.ask("GET", "/v1/approvals");
    for (const { id, action, principal, reasons: why } of body.approvals) {
      actions.push(`${principal} ${action} ${why.join()}`);
      expect(world.call("approvals", how, id).status).toBe(0);
    }
    await Bun.sleep(10);
  }
  return actions;
}

describe("levels", () => {
  const path = (level: number) => join(data, `file-${level}`);

  test("0 observes: reading goes on, an effect is only told of", async () => {
    writeFileSync(join(data, "note"), "text");
    expect((await run(0, `cat("${data}/note")`)).body).toMatchObject({ output: "text", dry_run: true });
    const { body } = await run(0, writing(path(0)));
    expect(body).toMatchObject({ state: "failed", status: "ERROR" });
    expect(body.error.message).toContain("(dry run: the policy allows it)");
    expect(reasons(body)).toEqual(["dry_run"]);
    expect(existsSync(path(0))).toBe(false);
  });

  test("1 asks before each effect, and not to look", async () => {
    expect((await run(1, `cat("${data}/note")`)).body).toMatchObject({ output: "text" });
    const ended = run(1, writing(path(1)));
    const asked = await answer(ended, "approve");
    expect((await ended).body).toMatchObject({ output: "done", state: "succeeded" });
    expect(asked.length).toBeGreaterThan(0);
    for (const question of asked)
      expect(question).toMatch(/^Agent::"level-1" file_system::Action::"(create|write)"/);
    expect(readFileSync(path(1), "utf8")).toBe("written");
  });

  test("2 writes files, but executes nothing; 3 does", async () => {
    const executing = `
      let dir = DirConfig().path("/usr/bin").build().open(OpenDirOptions().build());
      dir.open_file("true", OpenFileOptions().read(true).build()).execute(ExecuteOptions().build()).exit_code`;
    expect((await run(2, writing(path(2)))).body).toMatchObject({ output: "done" });
    const { body } = await run(2, executing);
    expect(body.denials).toMatchObject([{ reason: "forbidden", policies: ["remit:autonomy-3"] }]);
    expect((await run(3, executing)).body).toMatchObject({ output: "0" });
  });

  test("what 2 does not do, 0 and 1 do not either, whoever might approve it", async () => {
    const resource = { type: "file_system::File", id: join(data, "note") };
    const said = async (level: number, action: string) => {
      const { body } = await world.ask("POST", "/v1/explain", { action, resource }, tokens[level]);
      return [body.decision, ...body.policies];
    };
    for (const level of [0, 1, 2]) {
      expect(await said(level, "file_system.chmod")).toEqual(["deny", "remit:autonomy-3"]);
    }
    expect(await said(3, "file_system.chmod")).toEqual(["allow", "all"]);
    for (const [level, decision] of [
      [0, "dry_run"],
      [1, "ask"],
      [2, "allow"],
    ] as const) {
      expect((await said(level, "file_system.write"))[0]).toBe(decision);
    }
  });

  test("3 changes no kernel parameter and no mount; 4 gets as far as the system lets it", async () => {
    const script = `unmount(UnmountOptions().path("${data}/nowhere").build())`;
    const { body } = await run(3, script);
    expect(body.denials).toMatchObject([{ reason: "forbidden", policies: ["remit:autonomy-4"] }]);
    const full = (await run(4, script)).body;
    expect(full.denials).toEqual([]);
    expect(full.status).toBe("ERROR");
  });
});

describe("an approval", () => {
  const path = () => join(data, "asked", "file");

  test("given: the run goes on, and the record says by whom", async () => {
    const ended = run(4, writing(path()));
    const asked = await answer(ended, "approve");
    expect((await ended).body).toMatchObject({ output: "done" });
    expect(asked).toContain('Agent::"level-4" file_system::Action::"create" changes what others use');
    expect(world.records()).toContainEqual(
      expect.objectContaining({ kind: "admin", principal: 'Agent::"administrator"', act: "approved" }),
    );
    rmSync(path());
  });

  test("denied: the script can catch it, nothing has happened", async () => {
    const script = `let said = ""; try { ${writing(path())} } catch (error) { said = error.message; } said`;
    const ended = run(4, script);
    await answer(ended, "deny");
    const { body } = await ended;
    expect(body.output).toContain("(it needs an approval, which was denied)");
    expect(reasons(body)).toEqual(["approval_denied"]);
    expect(existsSync(path())).toBe(false);
  });

  test("nobody gives: its time is an outcome of its own", async () => {
    const other = new AgentWorld();
    const config = other.file("remit.toml", "[limits]\napproval_ms = 300\n");
    chmodSync(config, 0o600);
    const policy = '@approval("x") permit(principal, action, resource);';
    await other.start("--config", config, "--policy", other.file("p.cedar", policy));
    const { body } = await other.ask("POST", "/v1/runs", { script: 'cat("/etc/hostname")' });
    expect(reasons(body)).toEqual(["approval_timed_out"]);
    expect(body.error.message).toContain("(it needs an approval, which nobody gave in time)");
    await other.remove();
  });

  test("of a run that is cancelled waits no more", async () => {
    const { body } = await run(4, writing(path()), { wait_ms: 0 });
    const waiting = async () => (await world.ask("GET", "/v1/approvals")).body.approvals;
    await until(async () => (await waiting()).length === 1, "a question");
    await world.ask("DELETE", `/v1/runs/${body.id}`, undefined, tokens[4]);
    await until(async () => (await waiting()).length === 0, "no question");
    expect(existsSync(path())).toBe(false);
  });

  test("is given by administrators alone", async () => {
    const { status, body } = await world.ask("GET", "/v1/approvals", undefined, tokens[4]);
    expect([status, body.code]).toEqual([403, "scope_missing"]);
  });
});

test("every decision is in the log before what follows from it, in one chain", async () => {
  const before = world.records().length;
  // No operation reads what is the agent's own; a program that may be executed does.
  const { body } = await run(
    3,
    `${writing(join(data, "logged"))};
     DirConfig().path("/usr/bin").build().open(OpenDirOptions().build())
       .open_file("cat", OpenFileOptions().read(true).build())
       .execute(ExecuteOptions().args(["${world.state}/decisions.00000001.jsonl"]).build()).stdout`,
  );
  const seen = String(body.output).trim().split("\n").slice(before);
  const actions = seen.map((line) => JSON.parse(line).action);
  expect(actions).toContain('file_system::Action::"write"');
  // The last thing that the program saw is the permission to run it.
  expect(actions.at(-1)).toBe('file_system::Action::"execute"');
});

test("without the log nothing is done", async () => {
  const other = new AgentWorld();
  await other.start("--policy", other.file("p.cedar", "permit(principal, action, resource);"));
  writeFileSync(join(other.state, "decisions.00000001.jsonl"), "damaged\n");
  const target = join(other.path, "target");
  const { status, body } = await other.ask("POST", "/v1/runs", { script: writing(target) });
  expect([status, body.code]).toEqual([503, "audit_unavailable"]);
  expect(existsSync(target)).toBe(false);
  await other.remove();
});
