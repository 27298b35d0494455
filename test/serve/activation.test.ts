/** Bundles that take the place of one another while scripts run: what decides meanwhile, and from when on the next one does. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";

setDefaultTimeout(60_000);

let team: Team;
let world: DeviceWorld;
beforeEach(async () => {
  team = await Team.begin();
  world = new DeviceWorld(team);
});
afterEach(async () => {
  await world.remove();
  team.end();
});

const OPEN = (path: string) => `DirConfig().path("${path}").build().open(OpenDirOptions().build())`;
const LOOP = (path: string) => `loop { ${OPEN(path)}; sleep(0.005); }`;
/** What bundles permit, by turns, and all of them. */
const [FIRST, SECOND, EVERY] = ["/usr", "/var", "/etc"];
/** What all of them permit if somebody approves it. */
const ASKED = `@approval("to look") permit (principal, action, resource == file_system::Dir::"/srv");`;
const permittedBy = (revision: string): string => (Number(revision) % 2 === 0 ? FIRST : SECOND) ?? "";

/** A bundle of many files, so that making it ready takes many steps. */
function release(revision: number): void {
  const files = Array.from({ length: 20 }, (_, file) => [
    `policies/p${file}.cedar`,
    `permit (principal, action == file_system::Action::"open", resource == file_system::Dir::"${file === 0 ? EVERY : `/none/${file}`}");`,
  ]);
  team.release(
    bundle(
      `${revision}`,
      permittedBy(`${revision}`),
      {},
      { ...Object.fromEntries(files), "policies/asked.cedar": ASKED },
    ),
  );
}
async function update(revision: number): Promise<void> {
  release(revision);
  expect(await world.ask("POST", "/v1/admin/refresh", {})).toMatchObject({ status: 200 });
}
/** An agent with the bundle 0. */
async function start(limits: string) {
  release(0);
  const agent = await world.device("[limits]", limits);
  await until(async () => (await world.open(EVERY ?? "")) === "0", "the first bundle");
  return agent;
}

const run = async (path: string) =>
  (await world.ask("POST", "/v1/runs", { script: `${OPEN(path)}; "opened"` })).body;
const begin = async (script: string): Promise<string> =>
  (await world.ask("POST", "/v1/runs", { script, wait_ms: 0 })).body.id;
const viewOf = async (id: string) => (await world.ask("GET", `/v1/runs/${id}`)).body;
const becomes = (id: string, state: string) =>
  until(async () => (await viewOf(id)).state === state, `${id} to be ${state}`);
const status = async () => (await world.ask("GET", "/v1/status")).body;

/** Decisions of the log, as `directory decision revision`. */
const decisions = (of?: string): readonly string[] =>
  world
    .records()
    .filter((record) => record["kind"] === "decision" && (of === undefined || record["run"] === of))
    .map(({ resource, decision, revision }) => `${(resource as { id: string }).id} ${decision} ${revision}`);
const begins = (id: string) => until(() => decisions(id).length > 0, `the first decision of ${id}`);
/** Without what is repeated. */
const turns = (all: readonly string[]): readonly string[] =>
  all.filter((each, index) => each !== all[index - 1]);

/** Processes that a process has started. */
const childrenOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );

test("runs that go on meanwhile end well, each by the one before or by the next; what follows is by the next", async () => {
  await start("concurrency = 2");
  const wrong: unknown[] = [];
  const revisions = new Set<string>();
  let [inForce, isOver] = [0, false];
  const lane = async (path: string | undefined): Promise<void> => {
    while (!isOver) {
      const least = inForce;
      const body = await run(path ?? "");
      const { state, output, denials, policy_revision: revision } = body;
      revisions.add(revision);
      const isWell =
        permittedBy(revision) === path
          ? state === "succeeded" && output === "opened" && denials.length === 0
          : state === "failed" && denials.length === 1 && denials[0].reason === "not_permitted";
      if (!isWell || Number(revision) < least) wrong.push({ path, least, body });
    }
  };
  const lanes = [FIRST, SECOND].map(lane);
  for (let next = 1; next <= 3; next++) {
    await update(next);
    inForce = next;
    const [first, second] = await Promise.all([run(FIRST ?? ""), run(SECOND ?? "")]);
    expect([first.policy_revision, second.policy_revision]).toEqual([`${next}`, `${next}`]);
    expect([first.denials.length, second.denials.length]).toEqual(next % 2 === 0 ? [0, 1] : [1, 0]);
  }
  isOver = true;
  await Promise.all(lanes);
  expect(wrong).toEqual([]);
  expect([...revisions].sort()).toEqual(["0", "1", "2", "3"]);
  // Nothing is decided by a bundle before it is written down that it is in force.
  const adopted = new Set<unknown>();
  const early = world.records().filter(({ kind, act, details, decision, resource, revision }) => {
    if (kind === "admin" && act === "policy") adopted.add((details as { revision: string }).revision);
    if (kind !== "decision") return false;
    const { id } = resource as { id: string };
    const isRight = id === EVERY || (decision === "allow") === (permittedBy(String(revision)) === id);
    return revisions.has(String(revision)) && !(isRight && adopted.has(revision));
  });
  expect(early).toEqual([]);
});

test("a run that goes on is decided by it from its next operation on", async () => {
  await start("concurrency = 2");
  const [ends = "", goesOn = ""] = [await begin(LOOP(FIRST ?? "")), await begin(LOOP(EVERY ?? ""))];
  await Promise.all([begins(ends), begins(goesOn)]);
  await update(1);
  await becomes(ends, "failed");
  expect(await viewOf(ends)).toMatchObject({
    policy_revision: "1",
    denials: [{ reason: "not_permitted", resource: { id: FIRST } }],
  });
  expect(turns(decisions(ends))).toEqual([`${FIRST} allow 0`, `${FIRST} deny 1`]);
  await until(() => decisions(goesOn).at(-1) === `${EVERY} allow 1`, "a decision by the next bundle");
  expect((await viewOf(goesOn)).state).toBe("running");
  await world.ask("DELETE", `/v1/runs/${goesOn}`);
  await becomes(goesOn, "cancelled");
  expect(turns(decisions(goesOn))).toEqual([`${EVERY} allow 0`, `${EVERY} allow 1`]);
});

test("a run that waits for an approval gets it, and goes on by the next", async () => {
  await start("concurrency = 2");
  const id = await begin(`${OPEN("/srv")}; ${OPEN(FIRST ?? "")}`);
  await until(async () => (await viewOf(id)).waits_for !== undefined, "the question");
  await update(1);
  const { approval } = (await viewOf(id)).waits_for;
  await world.ask("POST", `/v1/approvals/${approval}`, { answer: "approved" });
  await becomes(id, "failed");
  expect(decisions(id)).toEqual(["/srv allow 0", `${FIRST} deny 1`]);
  expect(await world.inForce()).toEqual(["denied", "1"]);
});

test("a further runner is started beside one that is busy, no more than there may be, and it holds for all", async () => {
  const agent = await start("concurrency = 2\nwarm = 1");
  await until(() => childrenOf(agent.pid).length === 1, "one runner");
  const first = await begin(LOOP(FIRST ?? ""));
  await begins(first);
  const second = await begin(LOOP(FIRST ?? ""));
  await begins(second);
  const third = await begin(OPEN(SECOND ?? ""));
  const seen = decisions(first).length;
  await until(() => decisions(first).length > seen, "the first to go on");
  expect(await status()).toMatchObject({ running: 2, queued: 1 });
  expect(childrenOf(agent.pid)).toHaveLength(2);
  expect((await viewOf(third)).state).toBe("queued");
  await update(1);
  for (const id of [first, second]) {
    await becomes(id, "failed");
    expect(turns(decisions(id))).toEqual([`${FIRST} allow 0`, `${FIRST} deny 1`]);
  }
  await becomes(third, "succeeded");
  expect(decisions(third)).toEqual([`${SECOND} allow 1`]);
});

test("where no runner waits it holds too, for what runs and for what comes", async () => {
  const agent = await start("concurrency = 2\nwarm = 0");
  await until(() => childrenOf(agent.pid).length === 0, "the runners to end");
  await update(1);
  expect(childrenOf(agent.pid)).toEqual([]);
  expect(await world.inForce()).toEqual(["denied", "1"]);
  const id = await begin(LOOP(SECOND ?? ""));
  await begins(id);
  await update(2);
  await becomes(id, "failed");
  expect(turns(decisions(id))).toEqual([`${SECOND} allow 1`, `${SECOND} deny 2`]);
  expect(await world.inForce()).toEqual(["2", "denied"]);
});

test("a runner that does not answer keeps it from nothing, and decides by it when it does", async () => {
  const agent = await start("concurrency = 1\nwarm = 1");
  await until(() => childrenOf(agent.pid).length === 1, "one runner");
  const [runner = ""] = childrenOf(agent.pid);
  process.kill(Number(runner), "SIGSTOP");
  await update(1);
  expect((await status()).policy_revision).toBe("1");
  process.kill(Number(runner), "SIGCONT");
  expect(await world.inForce()).toEqual(["denied", "1"]);
  expect(childrenOf(agent.pid)).toEqual([runner]);
  process.kill(Number(runner), "SIGSTOP");
  const updated = update(2);
  process.kill(Number(runner), "SIGKILL");
  await updated;
  expect(await world.inForce()).toEqual(["2", "denied"]);
});
