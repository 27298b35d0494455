/** The agent ends in the middle of a run, and starts again; and agents that keep no runner waiting. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { recordsOf } from "../../src/audit/testing.ts";
import { AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

/** Living processes whose parent is `pid`. */
const childrenOf = (pid: number): readonly string[] =>
  readdirSync("/proc").filter((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(parent) === pid && state !== "Z";
    } catch {
      return false;
    }
  });

test("a run in whose middle the agent was killed is over, and the next agent knows nothing of it but its record", async () => {
  const policy = world.file("policy.cedar", "permit(principal, action, resource);");
  const first = await world.start("--policy", policy);
  const marks = (name: string, seconds: number): string => `
    sleep(${seconds});
    let directory = DirConfig().path("${world.path}").build().open(OpenDirOptions().build());
    directory.open_file("${name}", OpenFileOptions().create(true).build());`;
  const whole = await world.ask("POST", "/v1/runs", { script: marks("whole", 0) });
  expect([whole.body.state, readdirSync(world.path).includes("whole")]).toEqual(["succeeded", true]);
  const script = marks("cut", 2);
  const { body } = await world.ask("POST", "/v1/runs", { script, wait_ms: 0 });
  await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
  first.signal("SIGKILL");
  await first.ended;
  await world.start();
  expect((await world.ask("GET", `/v1/runs/${body.id}`)).status).toBe(404);
  expect((await world.ask("POST", "/v1/runs", { script: "40 + 2" })).body.output).toBe("42");
  // Longer than the script would have taken.
  await Bun.sleep(2500);
  expect(readdirSync(world.path)).not.toContain("cut");
  // The chain of the log goes on.
  expect(recordsOf(world.state).some((record) => record.kind === "run" && record.run === body.id)).toBe(true);
});

test("with no runner that waits, each run has one of its own, and then none is left", async () => {
  const config = world.file("remit.toml", "[limits]\nwarm = 0\nconcurrency = 2\nqueue = 1");
  const agent = await world.start("--config", config);
  await until(() => childrenOf(agent.pid).length === 0, "no runner");
  for (let count = 0; count < 3; count++) {
    expect((await world.ask("POST", "/v1/runs", { script: "40 + 2" })).body.output).toBe("42");
    await until(() => childrenOf(agent.pid).length === 0, "no runner");
  }
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.ask("POST", "/v1/runs", { script: "sleep(1); 1" })),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(8 - 3);
  expect(statuses.every((status) => status === 200 || status === 429)).toBe(true);
  await until(() => childrenOf(agent.pid).length === 0, "no runner");
});

test("asked to end while a runner starts, the agent ends with it", async () => {
  for (let round = 0; round < 3; round++) {
    const agent = await world.start();
    const { body } = await world.ask("POST", "/v1/runs", { script: "sleep(60)", wait_ms: 0 });
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    // Another runner takes the place of the one that goes.
    await world.ask("DELETE", `/v1/runs/${body.id}`);
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 0, "its end");
    agent.signal("SIGTERM");
    expect(await agent.ended).toEqual({ code: 0, signal: null });
  }
});
