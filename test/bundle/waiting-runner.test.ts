/** A bundle is looked at by a runner that nobody needs, which goes then; nothing is refused on its word. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { type Agent, until } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";

setDefaultTimeout(60_000);

/** While a job has begun within so long, no runner is lent. */
const QUIET_MS = 2000;

let team: Team;
let world: DeviceWorld;
let agent: Agent;
beforeEach(async () => {
  team = await Team.begin();
  world = new DeviceWorld(team);
  team.release(bundle("one"));
  agent = await world.device();
  await until(async () => (await world.bundles())?.active_revision === "one", "the first bundle");
  await world.open("/usr");
});
afterEach(async () => {
  await world.remove();
  team.end();
});

/** The runner that waits. */
async function waiting(): Promise<number> {
  const children = (): readonly number[] =>
    readdirSync(`/proc/${agent.pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${agent.pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );
  await until(() => children().length === 1, "one runner");
  return children()[0] ?? 0;
}
const poll = () => world.ask("POST", "/v1/admin/refresh", {});

test("one that has waited for long looks at the bundle, and another takes its place", async () => {
  const before = await waiting();
  await Bun.sleep(QUIET_MS);
  team.release(bundle("two"));
  expect((await poll()).status).toBe(200);
  await until(async () => (await waiting()) !== before, "another runner");
  expect(await world.inForce()).toEqual(["two", "denied"]);
});

test("one that has just run stays", async () => {
  const before = await waiting();
  team.release(bundle("two"));
  await world.open("/usr");
  expect((await poll()).status).toBe(200);
  expect(await world.inForce()).toEqual(["two", "denied"]);
  expect(await waiting()).toBe(before);
});

test("what it refuses is looked at by a process that has run nothing, and refused by that", async () => {
  await Bun.sleep(QUIET_MS);
  team.release(bundle("broken", "/usr", {}, { "policies/b.cedar": "permit (principal, action" }));
  await poll();
  expect(await world.bundles()).toMatchObject({ state: "FAILED", code: "policy_syntax" });
  expect(await world.inForce()).toEqual(["one", "denied"]);
});

test("one that says nothing is ended, and a new process says that all is well", async () => {
  process.kill(await waiting(), "SIGSTOP");
  await Bun.sleep(QUIET_MS);
  team.release(bundle("two"));
  expect((await poll()).status).toBe(200);
  expect(await world.inForce()).toEqual(["two", "denied"]);
});

test("one that dies meanwhile does no harm", async () => {
  const pid = await waiting();
  process.kill(pid, "SIGSTOP");
  await Bun.sleep(QUIET_MS);
  team.release(bundle("two"));
  const polled = poll();
  await Bun.sleep(500);
  process.kill(pid, "SIGKILL");
  expect((await polled).status).toBe(200);
  expect(await world.inForce()).toEqual(["two", "denied"]);
});
