/** The system has no memory left: the runner goes, its run says so, and the agent stays. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, AgentWorld, until } from "../support/agent.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

const preference = (pid: number): number => Number(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"));
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

test("a runner is the first that the system ends, the agent is not", async () => {
  const agent = await world.start();
  expect(preference(agent.pid)).toBe(preference(process.pid));
  expect(childrenOf(agent.pid).map(preference)).toEqual([1000]);
});

const MiB = 2 ** 20;
/** Less than a runner may take, and more than an agent that does nothing. */
const ROOM = 160 * MiB;

/** A control group with so much memory, in the first or second version of them; `undefined` where there is none to be had. */
function controlGroup(): string | undefined {
  const base = "/sys/fs/cgroup";
  const isFirst = existsSync(`${base}/memory/memory.limit_in_bytes`);
  const path = `${base}${isFirst ? "/memory" : ""}/remit-test-${process.pid}`;
  try {
    mkdirSync(path);
    writeFileSync(join(path, isFirst ? "memory.limit_in_bytes" : "memory.max"), String(ROOM));
    return path;
  } catch {
    if (existsSync(path)) rmdirSync(path);
    return undefined;
  }
}
const group = controlGroup();
const bounded = group === undefined ? test.skip : test;

bounded(
  `${group === undefined ? "(where control groups can be made) " : ""}a run that takes more than there is ends alone`,
  async () => {
    const serve = `echo $$ > "${group}/cgroup.procs"; exec "${executable()}" serve --state "${world.state}"`;
    const child = spawn("/bin/sh", ["-c", serve], { stdio: ["ignore", "ignore", "pipe"] });
    const agent = world.adopt(new Agent(child));
    await agent.says("takes scripts");
    const run = async (script: string) => (await world.ask("POST", "/v1/runs", { script })).body;
    expect((await run("40 + 2")).output).toBe("42");
    const taking = `let all = []; for i in 0..60 { let s = "x"; for j in 0..22 { s += s; } all.push(s); } 1`;
    const { state, error } = await run(taking);
    expect([state, error.message]).toEqual(["lost", expect.stringContaining("no memory left")]);
    expect((await run("40 + 2")).output).toBe("42");
    expect(agent.pid).toBe(child.pid ?? 0);
    await world.end();
    await until(() => readFileSync(`${group}/cgroup.procs`, "utf8") === "", "the group to be empty");
    rmdirSync(group ?? "");
  },
);
