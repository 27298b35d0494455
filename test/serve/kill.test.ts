/** The kill switch: thrown through the agent, or past it. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AgentWorld, isAlive, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

const ALLOW = "permit(principal, action, resource);";
/** A socket at which nobody is: the command has to do without the agent. */
const NOWHERE = ["--socket", "/nowhere/remit.sock"];

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

const start = () => world.start("--policy", world.file("p.cedar", ALLOW));

/** Seconds that no other process sleeps. */
const seconds = () => `${1000 + Math.floor(Math.random() * 1_000_000)}`;

const sleeping = (time: string): string => `
  let dir = DirConfig().path("/usr/bin").build().open(OpenDirOptions().build());
  let file = dir.open_file("sleep", OpenFileOptions().read(true).build());
  file.execute(ExecuteOptions().args(["${time}"]).build()).exit_code`;

/** Numbers of the processes that sleep so long. */
const sleepers = (time: string): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0${time}\0`) && isAlive(pid);
      } catch {
        return false;
      }
    });

/** A run that executes a program which does not end by itself. */
async function beginRun(): Promise<{ readonly target: string; readonly time: string }> {
  const time = seconds();
  const { status, body } = await world.ask("POST", "/v1/runs", { script: sleeping(time), wait_ms: 0 });
  expect(status).toBe(202);
  await until(() => sleepers(time).length === 1, "the program to run");
  return { target: `/v1/runs/${body.id}`, time };
}

async function expectStopped({ target, time }: Awaited<ReturnType<typeof beginRun>>, why: string) {
  await until(() => sleepers(time).length === 0, "the program to end");
  const { body } = await world.ask("GET", `${target}?wait_ms=10000`);
  expect(body.state).toBe("killed");
  expect(body.error.message).toContain(why);
}

const tryToRun = () => world.ask("POST", "/v1/runs", { script: "1 + 1" });

test("what runs is stopped with what it started, and nothing begins until it is resumed", async () => {
  await start();
  const run = await beginRun();
  expect(world.call("kill", "--reason", "smoke")).toMatchObject({
    status: 0,
    stdout: "everything is stopped\n",
    stderr: "",
  });
  await expectStopped(run, "smoke");
  const refused = await tryToRun();
  expect(refused).toMatchObject({ status: 503, body: { code: "killed" } });
  expect(refused.body.detail).toContain("smoke");
  expect(world.call("status").stdout).toContain("kill switch  on: smoke\n");
  expect(world.call("resume")).toMatchObject({ status: 0, stdout: "runs may begin again\n" });
  expect(await tryToRun()).toMatchObject({ status: 200, body: { output: "2" } });
  const acts = world.records().filter(({ kind }) => kind === "admin");
  expect(acts.map(({ act }) => act)).toEqual(["policy", "token_create", "kill", "resume"]);
});

test("a switch thrown past the agent stops it too", async () => {
  await start();
  const run = await beginRun();
  const { status, stdout } = world.call("kill", "--reason", "fire", ...NOWHERE);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `everything is stopped (no agent answered; ${world.state}/control is set)\n`,
  });
  await expectStopped(run, "fire");
  expect(await tryToRun()).toMatchObject({ status: 503, body: { code: "killed" } });
  expect(world.call("resume", ...NOWHERE).status).toBe(0);
  expect(await tryToRun()).toMatchObject({ status: 200 });
  expect(world.records().filter(({ act }) => act === "kill" || act === "resume")).toMatchObject([
    { kind: "admin", act: "kill", details: { reason: "fire" } },
    { kind: "admin", act: "resume" },
  ]);
});

test("also when somebody took the control file away before", async () => {
  await start();
  const run = await beginRun();
  rmSync(join(world.state, "control"));
  expect(world.call("kill", "--reason", "flood", ...NOWHERE).status).toBe(0);
  await until(() => sleepers(run.time).length === 0, "the program to end");
  expect(await tryToRun()).toMatchObject({ status: 503, body: { code: "killed" } });
  expect(world.call("resume", ...NOWHERE).status).toBe(0);
  expect(await tryToRun()).toMatchObject({ status: 200, body: { output: "2" } });
});

test("taking the control file away does not resume", async () => {
  await start();
  world.call("kill", "--reason", "storm");
  rmSync(join(world.state, "control"));
  await until(() => readdirSync(world.state).includes("control"), "the agent to make it again");
  expect(await tryToRun()).toMatchObject({ status: 503, body: { code: "killed" } });
});

test("a loop that calls nothing of the host ends too, and so does what waits for an approval", async () => {
  await world.start(
    "--policy",
    world.file("p.cedar", '@id("a") @approval("") permit(principal, action, resource);'),
  );
  const loop = await world.ask("POST", "/v1/runs", { script: "loop { }", wait_ms: 0 });
  const asking = await world.ask("POST", "/v1/runs", {
    script: 'DirConfig().path("/usr").build().open(OpenDirOptions().build())',
    wait_ms: 0,
  });
  await until(
    async () => (await world.ask("GET", "/v1/approvals")).body.approvals.length === 1,
    "the approval to be asked for",
  );
  expect(world.call("kill", ...NOWHERE).status).toBe(0);
  for (const { body } of [loop, asking]) {
    const after = await world.ask("GET", `/v1/runs/${body.id}?wait_ms=10000`);
    expect(after.body.state).toBe("killed");
  }
  expect((await world.ask("GET", "/v1/approvals")).body.approvals).toEqual([]);
});

describe("it outlasts", () => {
  test("a restart of the agent", async () => {
    const agent = await start();
    world.call("kill", "--reason", "night");
    agent.signal("SIGTERM");
    expect(await agent.ended).toEqual({ code: 0, signal: null });
    await world.start();
    expect(await tryToRun()).toMatchObject({ status: 503, body: { code: "killed" } });
    world.call("resume");
    expect(await tryToRun()).toMatchObject({ status: 200 });
  });

  test("that no agent runs", async () => {
    const { status, stdout } = world.call("kill", "--reason", "early");
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `everything is stopped (no agent answered; ${world.state}/control is set)\n`,
    });
    await start();
    expect(await tryToRun()).toMatchObject({ status: 503, body: { code: "killed" } });
  });
});

test("a token that is not an administrator's stops nothing", async () => {
  await start();
  const token = world.file("bot", world.call("token", "create", "bot").stdout);
  for (const command of ["kill", "resume"]) {
    const { status, stderr } = world.call(command, "--token-file", token);
    expect(status).toBe(1);
    expect(stderr).toStartWith("error: The token does not have the scope that this takes");
  }
  expect(await tryToRun()).toMatchObject({ status: 200 });
});

test("what the agent does not take, such as too long a reason, keeps nobody from stopping it", async () => {
  await start();
  const { status, stdout } = world.call("kill", "--reason", "x".repeat(1000));
  expect(status).toBe(0);
  expect(stdout).toStartWith("everything is stopped (The body is not what this takes: /reason: ");
  expect(await tryToRun()).toMatchObject({ status: 503, body: { code: "killed" } });
});

test("a reason need not be given, and makes no further lines of what is told", async () => {
  await start();
  expect(world.call("kill").status).toBe(0);
  expect((await tryToRun()).body.detail).toBe("all runs are stopped by the kill switch");
  expect(world.call("status").stdout).toContain("kill switch  on: no reason given\n");
  world.call("kill", "--reason", "fire\nruns 9 running");
  expect((await tryToRun()).body.detail).toStartWith("all runs are stopped by the kill switch: fire");
  expect(world.call("status").stdout).toContain("kill switch  on: fire runs 9 running\n");
});
