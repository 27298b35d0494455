/** Bundles on a device: asked for, checked, in force, and what keeps them from it. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { bundleFiles, METADATA } from "../../src/bundle/content/testing.ts";
import { TestRepository } from "../../src/bundle/testing.ts";
import { type Agent, AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

const TARGET = `${METADATA.fleet}/${METADATA.channel}.tar.gz`;
const OPEN = 'DirConfig().path("/usr").build().open(OpenDirOptions().build()); "opened"';
const permit = (path: string) =>
  `@id("a") permit (principal, action, resource == file_system::Dir::"${path}");`;

let world: AgentWorld;
let repository: TestRepository;
let server: Bun.Server<undefined>;
beforeEach(() => {
  world = new AgentWorld();
  repository = new TestRepository(new Date());
  writeFileSync(join(world.path, "root.json"), repository.bytesOf("root"));
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => {
      const file = repository.files.get(decodeURIComponent(new URL(url).pathname.slice(1)));
      return file === undefined ? new Response("none", { status: 404 }) : new Response(Buffer.from(file));
    },
  });
});
afterEach(async () => {
  await server.stop(true);
  await world.remove();
});

function bundle(revision: string, policy: string, more: object = {}): Uint8Array {
  const metadata = JSON.stringify({ ...METADATA, revision, ...more });
  return writeArchive(bundleFiles({ "metadata.json": metadata, "policies/a.cedar": policy }));
}
function release(content: Uint8Array): void {
  repository.addTarget(TARGET, content);
  repository.publishAll();
}

/** An agent that takes its policies from the repository. */
function start(more: { top?: string; stale?: string } = {}): Promise<Agent> {
  const { fleet, channel } = METADATA;
  const text = [
    more.top ?? "",
    "[bundle]",
    `url = "http://127.0.0.1:${server.port}"`,
    `root = "${join(world.path, "root.json")}"`,
    `fleet = "${fleet}"`,
    `channel = "${channel}"`,
    more.stale ?? "",
  ].join("\n");
  return world.start("--config", world.file("remit.toml", text));
}
const run = async () => (await world.ask("POST", "/v1/runs", { script: OPEN })).body;
const poll = () => world.ask("POST", "/v1/admin/refresh", {});
/** Processes that a process has started. */
const childrenOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
const device = async () => Object.values((await world.ask("GET", "/v1/bundles")).body.bundles)[0];

test("without a bundle everything is denied, and it says so; then the first one holds", async () => {
  const agent = await start();
  await agent.says("no bundle is in force: everything is denied");
  expect((await run()).denials).toMatchObject([{ reason: "not_permitted" }]);
  expect((await world.ask("GET", "/readyz")).status).toBe(503);
  release(bundle("one", permit("/usr")));
  expect(await poll()).toMatchObject({ status: 200 });
  expect(await run()).toMatchObject({ output: "opened", policy_revision: "one" });
  expect((await world.ask("GET", "/readyz")).status).toBe(204);
  expect(await device()).toMatchObject({ state: "APPLIED", active_revision: "one" });
});

test("a newer one takes its place; one that cannot be used does not, and is not tried again", async () => {
  release(bundle("one", permit("/usr")));
  await start();
  await until(async () => (await run()).output === "opened", "the first bundle");
  release(bundle("broken", "permit (principal, action"));
  await poll();
  expect(await device()).toMatchObject({ state: "FAILED", active_revision: "one", code: "policy_syntax" });
  expect(await run()).toMatchObject({ output: "opened", policy_revision: "one" });
  release(bundle("two", permit("/var")));
  await poll();
  expect(await device()).toMatchObject({
    state: "APPLIED",
    active_revision: "two",
    previous_revision: "one",
  });
  expect((await run()).denials).toHaveLength(1);
});

test("a bundle does not end the runners: the next run finds one that waits, under the policy in force", async () => {
  release(bundle("one", permit("/usr")));
  const agent = await start();
  await until(async () => (await run()).output === "opened", "the first bundle");
  const runners = childrenOf(agent.pid);
  release(bundle("two", permit("/var")));
  await poll();
  expect((await world.ask("POST", "/v1/runs", { script: "1" })).body).toMatchObject({
    policy_revision: "two",
  });
  expect((await run()).denials).toHaveLength(1);
  expect(childrenOf(agent.pid)).toEqual(runners);
});

test("a bundle of another fleet, one that nobody signed, and an older repository change nothing", async () => {
  release(bundle("one", permit("/usr")));
  await start();
  await until(async () => (await run()).output === "opened", "the first bundle");
  const before = new Map(repository.files);
  release(bundle("two", permit("/usr")));
  await poll();
  expect(await run()).toMatchObject({ policy_revision: "two" });
  for (const [name, bytes] of before) repository.files.set(name, bytes);
  expect(await poll()).toMatchObject({ status: 502, body: { code: "update_failed" } });
  expect(await device()).toMatchObject({ active_revision: "two", code: "rollback" });
  repository.addTarget(TARGET, bundle("stray", permit("/usr"), { fleet: "other" }));
  repository.publishAll();
  await poll();
  expect(await device()).toMatchObject({ active_revision: "two", code: "bundle_wrong_fleet" });
  expect(await run()).toMatchObject({ policy_revision: "two" });
});

test("a restart without the repository goes on with it; with a damaged one everything is denied", async () => {
  release(bundle("one", permit("/usr")));
  const first = await start();
  await until(async () => (await run()).output === "opened", "the first bundle");
  first.signal("SIGKILL");
  await first.ended;
  repository.files.clear();
  const second = await start();
  expect(await run()).toMatchObject({ output: "opened", policy_revision: "one" });
  second.signal("SIGTERM");
  await second.ended;
  const folder = join(world.state, "bundle");
  for (const name of readdirSync(folder)) if (name.endsWith(".bundle")) truncateSync(join(folder, name), 10);
  const third = await start();
  await third.says("bundle_damaged");
  expect((await run()).denials).toHaveLength(1);
});

test("a bundle stops everything and the next one resumes; the owner's switch is another one", async () => {
  release(bundle("one", permit("/usr")));
  await start();
  await until(async () => (await run()).output === "opened", "the first bundle");
  release(bundle("stop", permit("/usr"), { kill: "a hole was found" }));
  await poll();
  expect(await run()).toMatchObject({ code: "killed", detail: expect.stringContaining("a hole was found") });
  await world.ask("POST", "/v1/admin/resume", {});
  expect(await run()).toMatchObject({ code: "killed" });
  await world.ask("POST", "/v1/admin/kill", { reason: "mine" });
  release(bundle("go", permit("/usr")));
  await poll();
  expect(await run()).toMatchObject({ code: "killed", detail: expect.stringContaining("mine") });
  await world.ask("POST", "/v1/admin/resume", {});
  expect(await run()).toMatchObject({ output: "opened", policy_revision: "go" });
});

test("a bundle that nobody renews gives way to the policy of the host; to none if that cannot be used", async () => {
  repository.timestamp["x-issued"] = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, "");
  release(bundle("one", permit("/var")));
  const stale = '[bundle.stale]\nwarn_s = 60\nafter_s = 60\naction = "fallback"';
  const first = await start({ top: `policy = "${world.file("own.cedar", permit("/usr"))}"`, stale });
  await until(async () => (await run()).output === "opened", "the policy of the host");
  first.signal("SIGTERM");
  await first.ended;
  const second = await start({ top: 'policy = "/nowhere/own.cedar"', stale });
  await second.says("the policy to fall back to cannot be used, and everything is denied");
  expect((await run()).denials).toHaveLength(1);
});
