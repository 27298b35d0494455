/** One agent for a state directory, and how it ends. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

/** The status of runs as the decision log has it. */
const outcomes = () => world.records().flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));

describe("asked to end", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`by ${signal}, it lets runs end, and answers`, async () => {
      const agent = await world.start();
      const running = world.ask("POST", "/v1/runs", { script: "sleep(1); 6 * 7" });
      await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
      agent.signal(signal);
      expect(await running).toMatchObject({ status: 200, body: { state: "succeeded", output: "42" } });
      expect(await agent.ended).toEqual({ code: 0, signal: null });
      expect(existsSync(world.socket)).toBe(false);
      expect(outcomes()).toEqual(["succeeded"]);
    });
  }

  test("who would be told to ask again is told the end", async () => {
    const agent = await world.start();
    const { body } = await world.ask("POST", "/v1/runs", { script: "sleep(2); 6 * 7", wait_ms: 0 });
    const asked = world.ask("GET", `/v1/runs/${body.id}?wait_ms=500`);
    // With an answer to a later request, the one before is there.
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    agent.signal("SIGTERM");
    expect((await asked).body).toMatchObject({ state: "succeeded", output: "42" });
    expect(await agent.ended).toEqual({ code: 0, signal: null });
  });

  test("runs that do not end are stopped after the grace, and their callers told", async () => {
    const config = world.file("remit.toml", "[limits]\ngrace_ms = 200");
    const agent = await world.start("--config", config);
    const running = world.ask("POST", "/v1/runs", { script: "loop { }" });
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    agent.signal("SIGTERM");
    const { status, body } = await running;
    expect({ status, state: body.state }).toEqual({ status: 200, state: "cancelled" });
    expect(body.error.message).toContain("the agent is shutting down");
    expect(await agent.ended).toEqual({ code: 0, signal: null });
    expect(outcomes()).toEqual(["cancelled"]);
  });

  test("who asks twice does not wait", async () => {
    const config = world.file("remit.toml", "[limits]\ngrace_ms = 600_000");
    const agent = await world.start("--config", config);
    const running = world.ask("POST", "/v1/runs", { script: "loop { }" });
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    agent.signal("SIGTERM");
    await until(() => !existsSync(world.socket), "the socket to go");
    agent.signal("SIGTERM");
    expect((await running).body.state).toBe("cancelled");
    expect(await agent.ended).toEqual({ code: 0, signal: null });
  });

  test("runs that wait for a runner are not lost either", async () => {
    const config = world.file("remit.toml", "[limits]\nconcurrency = 1");
    const agent = await world.start("--config", config);
    const first = world.ask("POST", "/v1/runs", { script: "sleep(1); 1" });
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    const second = world.ask("POST", "/v1/runs", { script: "2" });
    await until(async () => (await world.ask("GET", "/v1/status")).body.queued === 1, "the other run");
    agent.signal("SIGTERM");
    expect((await first).body).toMatchObject({ state: "succeeded", output: "1" });
    expect((await second).body).toMatchObject({ state: "succeeded", output: "2" });
    expect(await agent.ended).toEqual({ code: 0, signal: null });
  });
});

describe("a second agent is refused", () => {
  test("for the same state directory", async () => {
    const first = await world.start();
    const second = world.spawn("--socket", join(world.path, "other.sock"));
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.said).toBe(`error: another agent uses the state directory (process ${first.pid})\n`);
    expect(await world.ask("GET", "/v1/status")).toMatchObject({ status: 200 });
  });

  test("not after the first was killed, though its socket is still there", async () => {
    const first = await world.start();
    first.signal("SIGKILL");
    await first.ended;
    expect(existsSync(world.socket)).toBe(true);
    await world.start();
    expect(await world.ask("GET", "/v1/status")).toMatchObject({ status: 200 });
  });

  test("at a socket that somebody else has", async () => {
    const socket = join(world.path, "other.sock");
    const other = createServer().listen(socket);
    try {
      await until(() => existsSync(socket), "the other one");
      const agent = world.spawn("--socket", socket);
      expect(await agent.ended).toEqual({ code: 1, signal: null });
      expect(agent.said).toBe(`error: another process takes requests at ${socket}\n`);
      expect(existsSync(socket)).toBe(true);
    } finally {
      other.close();
    }
  });
});
