/** An agent whose policy is a bundle: its policies, entities and limits hold, and its scripts are run by their names. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Tokens } from "../../src/agent/index.ts";
import { close } from "../../src/platform/file.ts";
import { openStateDirectory } from "../../src/platform/state-directory.ts";
import { AgentWorld, until } from "../support/agent.ts";
import { bundleOf, keptBytes, keptPath, putInForce } from "../support/bundle.ts";
import { executable } from "../support/executable.ts";
import { call } from "../support/mcp.ts";

setDefaultTimeout(60_000);
const OPEN = 'action in [file_system::Action::"open", file_system::Action::"read"]';
const files = (dir: string, more: { readonly [path: string]: unknown } = {}) => ({
  "policies/read.cedar": `@id("readers") permit(principal in Group::"readers", ${OPEN}, resource in file_system::Dir::"${dir}")
    when { fleet::Site::"this".open };
    @id("directory") permit(principal in Group::"readers", action == file_system::Action::"open", resource == file_system::Dir::"${dir}");`,
  "schema.cedarschema": "namespace fleet { entity Site { open: Bool }; }",
  "entities/all.json": [
    { uid: { type: "Group", id: "shift" }, attrs: {}, parents: [{ type: "Group", id: "readers" }] },
    { uid: { type: "Agent", id: "alice" }, attrs: {}, parents: [{ type: "Group", id: "shift" }] },
    { uid: { type: "fleet::Site", id: "this" }, attrs: { open: true }, parents: [] },
  ],
  "scripts/read-note.rhai": `cat("${dir}/note.txt")`,
  "scripts/add.rhai": "a + b",
  ...more,
});

const world = new AgentWorld();
const tokens = { alice: "", bob: "", carol: "" };
let sha256 = "";

beforeAll(async () => {
  mkdirSync(world.state, { mode: 0o700 });
  world.file("note.txt", "the note");
  sha256 = await putInForce(world.state, bundleOf(files(world.path)));
  const directory = openStateDirectory(world.state);
  const made = new Tokens(directory);
  tokens.alice = made.create({ name: "alice", scope: "run", autonomy: 4, groups: [] });
  tokens.bob = made.create({ name: "bob", scope: "run", autonomy: 4, groups: [] });
  tokens.carol = made.create({ name: "carol", scope: "run", autonomy: 4, groups: ["shift"] });
  close(directory);
  await world.start();
});
afterAll(() => world.remove());

const run = (body: object, token = tokens.alice) => world.ask("POST", "/v1/runs", body, token);
const READ = () => ({ script: `cat("${world.path}/note.txt")` });

describe("policies", () => {
  test("and their revision are those of the bundle", async () => {
    expect((await world.ask("GET", "/v1/status")).body.policy_revision).toBe("git:abc123");
    const { body } = await world.ask("GET", "/v1/policy");
    expect(body).toMatchObject({ policy_revision: "git:abc123" });
    expect(body.text).toStartWith('// policies/read.cedar\n@id("readers")');
  });

  test("know the groups of the bundle, those of the token, and entities of an own type", async () => {
    expect((await run(READ())).body).toMatchObject({ output: "the note", policy_revision: "git:abc123" });
    expect((await run(READ(), tokens.carol)).body).toMatchObject({ output: "the note" });
    const { body } = await run(READ(), tokens.bob);
    expect(body).toMatchObject({ state: "failed", denials: [{ reason: "not_permitted" }] });
  });

  test("explain themselves", async () => {
    const question = {
      action: "file_system.read",
      resource: { type: "file_system::File", id: `${world.path}/note.txt` },
    };
    const of = (token: string) => world.ask("POST", "/v1/explain", question, token);
    expect((await of(tokens.alice)).body).toMatchObject({ decision: "allow", policies: ["readers"] });
    expect((await of(tokens.bob)).body).toMatchObject({ decision: "deny" });
  });

  test("are decided by levels of autonomy and by what protects the agent, too", async () => {
    const { body } = await run({ script: `cat("${world.state}/token")` });
    expect(body.denials[0]).toMatchObject({ reason: "forbidden", policies: ["remit:state"] });
  });
});

describe("approved scripts", () => {
  test("are run by their names, with arguments", async () => {
    expect((await run({ name: "read-note" })).body).toMatchObject({ output: "the note" });
    const numbers = { a: { integerValue: 40 }, b: { integerValue: 2 } };
    expect((await run({ name: "add", arguments: numbers })).body).toMatchObject({ output: "42" });
    const record = world.records().findLast(({ kind, event }) => kind === "run" && event === "started");
    expect(record).toMatchObject({ name: "add", revision: "git:abc123" });
    expect(record).not.toHaveProperty("script");
  });

  test("have no more permissions than others", async () => {
    expect((await run({ name: "read-note" }, tokens.bob)).body).toMatchObject({ state: "failed" });
  });

  test("of another name are told apart from those that are there", async () => {
    const { status, body } = await run({ name: "read_note" });
    expect([status, body.code]).toEqual([404, "script_not_found"]);
    expect(body.detail).toBe('there is no approved script "read_note"; there are add, read-note');
  });

  test.each([
    [{}, 400],
    [{ script: "1", name: "add" }, 400],
    [{ name: 1 }, 400],
    [{ script: "1 + 1" }, 200],
  ])("%j is %p", async (body, status) => {
    expect((await run(body)).status).toBe(status);
  });

  test("are listed", async () => {
    const { body } = await world.ask("GET", "/v1/capabilities", undefined, tokens.alice);
    expect(body.scripts).toEqual(["add", "read-note"]);
  });

  test("are run by the command, too", () => {
    const { stdout, status } = world.call("run", "--agent", "--name", "read-note");
    // The administrator is in no group.
    expect([status, JSON.parse(stdout).state]).toEqual([0, "failed"]);
    const token = world.file("alice", tokens.alice);
    const result = JSON.parse(
      world.call("run", "--agent", "--name", "read-note", "--token-file", token).stdout,
    );
    expect(result).toMatchObject({ output: "the note" });
    const unknown = world.call("run", "--agent", "--name", "nothing");
    expect(unknown.status).toBe(1);
    expect(JSON.parse(unknown.stdout).error.message).toContain("there are add, read-note");
    expect(world.callPlain("run", "--name", "add", "-p", "x").stderr).toContain(
      "--name NAME is taken with --agent only",
    );
    expect(world.call("run", "--agent", "--name", "add", "-e", "1").stderr).toContain("exclude each other");
  });
});

test("approved scripts are a tool's, too", async () => {
  const client = new Client({ name: "test", version: "1" });
  const args = ["mcp", "--state", world.state, "--token-file", world.file("alice", tokens.alice)];
  await client.connect(new StdioClientTransport({ command: executable(), args, stderr: "pipe" }));
  const named = (name: string) => call(client, "run_script", { name });
  expect(await named("read-note")).toMatchObject({ isError: false, output: "the note" });
  expect(await named("nothing")).toMatchObject({ isError: true, problem: { code: "script_not_found" } });
  expect(await call(client, "list_capabilities")).toMatchObject({ scripts: ["add", "read-note"] });
  await client.close();
});

test("what is on the disk is the bundle once, and a name", () => {
  const kept = keptBytes(world.state, sha256);
  const names = readdirSync(world.state, { recursive: true, encoding: "utf8" });
  const ours = names.filter((name) => name.startsWith("bundle") || name === "policy.bundle");
  const bytes = ours
    .map((name) => statSync(join(world.state, name)))
    .reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
  expect(bytes).toBeLessThanOrEqual(3 * kept.length);
  expect(names).not.toContain("policy.cedar");
  expect(statSync(keptPath(world.state, sha256)).mode & 0o777).toBe(0o600);
});

describe("another bundle", () => {
  test("holds from the next operation of a run on, and so do its scripts", async () => {
    const waiting = run({ script: `loop { cat("${world.path}/note.txt") }` });
    await until(
      () =>
        world
          .records()
          .some(
            ({ kind, decision, revision }) =>
              kind === "decision" && decision === "allow" && revision === "git:abc123",
          ),
      "the first decision",
    );
    const next = files(world.path, {
      "policies/read.cedar": "",
      "scripts/add.rhai": "a * b",
      "schema.cedarschema": "",
      "entities/all.json": [],
    });
    await putInForce(world.state, bundleOf(next, "git:def456"));
    const { body } = await waiting;
    expect(body).toMatchObject({
      state: "failed",
      policy_revision: "git:def456",
      denials: [{ reason: "not_permitted" }],
    });
    const numbers = { a: { integerValue: 40 }, b: { integerValue: 2 } };
    expect((await run({ name: "add", arguments: numbers })).body).toMatchObject({ output: "80" });
  });

  test("that was changed on the disk ends runs, and no agent starts with it", async () => {
    const broken = await putInForce(world.state, bundleOf(files(world.path), "git:broken"));
    writeFileSync(keptPath(world.state, broken), keptBytes(world.state, broken).subarray(1));
    const { body } = await run({ name: "add" });
    expect(body).toMatchObject({ state: "failed" });
    expect(body.error.message).toContain("is not what its name says: its file was changed");
    const other = new AgentWorld();
    mkdirSync(other.state, { mode: 0o700 });
    const sha = await putInForce(other.state, bundleOf({}));
    writeFileSync(keptPath(other.state, sha), "x");
    const agent = other.spawn();
    expect(await agent.ended).toMatchObject({ code: 1 });
    expect(agent.said).toContain(`error: the bundle ${sha} is not what its name says`);
    expect(other.call("doctor", "--json").stdout).toContain("is not what its name says");
    await other.remove();
  });
});

describe("the owner's configuration", () => {
  test("narrows to approved scripts, and the bundle narrows limits", async () => {
    const own = new AgentWorld();
    mkdirSync(own.state, { mode: 0o700 });
    own.file("note.txt", "the note");
    const limits = { timeout_ms: 1500, concurrency: 1, queue: 0 };
    const loop = "sleep(600);";
    await putInForce(
      own.state,
      bundleOf(files(own.path, { "limits.json": limits, "scripts/loop.rhai": loop })),
    );
    const config = own.file("remit.toml", "[runs]\napproved_only = true\n[limits]\ntimeout_ms = 20000\n");
    await own.start("--config", config);
    const refused = await own.ask("POST", "/v1/runs", { script: "1" });
    expect([refused.status, refused.body.code]).toEqual([403, "script_not_approved"]);
    expect(refused.body.detail).toContain("by their names; there are add, loop, read-note");
    const { body } = await own.ask("GET", "/v1/capabilities");
    expect(body.limits.timeMs).toBe(1500);
    const running = own.ask("POST", "/v1/runs", { name: "loop", timeout_ms: 15_000 });
    await until(async () => (await own.ask("GET", "/v1/status")).body.running === 1, "the run to begin");
    const second = await own.ask("POST", "/v1/runs", { name: "add" });
    expect([second.status, second.body.detail]).toEqual([429, "0 runs wait already; try again later"]);
    expect((await running).body.error).toMatchObject({ limit: "timeMs" });
    await own.remove();
  });

  test("names a policy file instead, and then the bundle is in force no more", async () => {
    const own = new AgentWorld();
    mkdirSync(own.state, { mode: 0o700 });
    await putInForce(own.state, bundleOf(files(own.path)));
    const policy = own.file("p.cedar", "forbid(principal, action, resource);");
    await own.start("--policy", policy);
    expect((await own.ask("GET", "/v1/status")).body.policy_revision).not.toBe("git:abc123");
    expect(existsSync(join(own.state, "policy.bundle"))).toBe(false);
    expect(readFileSync(join(own.state, "policy.cedar"), "utf8")).toBe(
      "forbid(principal, action, resource);",
    );
    expect((await own.ask("POST", "/v1/runs", { name: "add" })).body.detail).toEndWith("there are none");
    await own.remove();
  });
});
