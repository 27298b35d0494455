/** What a run has executed ends with its runner, however that ends; what another run executes does not. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, AgentWorld, isAlive, until } from "../support/agent.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);

const first = new AgentWorld();
beforeAll(async () => {
  const configuration = first.file("remit.toml", "[limits]\nconcurrency = 2\n");
  const policy = first.file("p.cedar", "permit(principal, action, resource);");
  await first.start("--config", configuration, "--policy", policy);
});
afterAll(() => first.remove());

interface Program {
  readonly run: string;
  /** Of the program, and of the daemon that it left. */
  readonly pids: readonly number[];
  readonly runner: number;
}

/** Begins a run that executes a program, which has left a daemon behind. */
async function begin(name: string, world = first): Promise<Program> {
  const [daemon, main] = [join(world.path, `${name}-daemon`), join(world.path, name)];
  const command = `(setsid sh -c 'echo $$ > ${daemon}; exec sleep 600' >/dev/null 2>&1 &); echo $$ > ${main}; exec sleep 600`;
  const script = `DirConfig().path("/usr/bin").build().open(OpenDirOptions().build())
    .open_file("dash", OpenFileOptions().read(true).build())
    .execute(ExecuteOptions().args(["-c", ${JSON.stringify(command)}]).build())`;
  const { body } = await world.ask("POST", "/v1/runs", { script, wait_ms: 0 });
  await until(() => existsSync(main) && existsSync(daemon), "the program to start");
  const pids = [main, daemon].map((path) => Number(readFileSync(path, "utf8")));
  const [, runner] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pids[0]}/status`, "utf8")) ?? [];
  return { run: body.id, pids, runner: Number(runner) };
}

for (const signal of ["SIGKILL", "SIGSEGV"] as const) {
  test(`a runner ends by ${signal}`, async () => {
    const [ending, other] = [await begin(`ending-${signal}`), await begin(`other-${signal}`)];
    expect(ending.pids.every(isAlive)).toBe(true);
    expect(ending.runner).not.toBe(other.runner);
    process.kill(ending.runner, signal);
    await until(() => !ending.pids.some(isAlive), "what it executed to end");
    // None stays as a process that nobody has waited for.
    await until(() => !ending.pids.some((pid) => existsSync(`/proc/${pid}`)), "it to be forgotten");
    expect((await first.ask("GET", `/v1/runs/${ending.run}?wait_ms=9000`)).body.state).toBe("lost");
    expect(other.pids.every(isAlive)).toBe(true);
    await first.ask("DELETE", `/v1/runs/${other.run}`);
    await until(() => !other.pids.some(isAlive), "the other one's to end");
  });
}

test("a child that no runner began is none of its business", async () => {
  // As in a container whose first process is the agent: it begins with a child of whoever it was before.
  const other = new AgentWorld();
  const policy = other.file("p.cedar", "permit(principal, action, resource);");
  const command = `sleep 600 & echo $! > "${other.path}/child"; exec "${executable()}" serve --state "${other.state}" --policy "${policy}"`;
  const shell = other.adopt(
    new Agent(spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "ignore", "pipe"] })),
  );
  try {
    await shell.says("takes scripts");
    const child = Number(readFileSync(join(other.path, "child"), "utf8"));
    const { runner, pids } = await begin("left", other);
    process.kill(runner, "SIGKILL");
    await until(() => !pids.some(isAlive), "what it executed to end");
    expect(isAlive(child)).toBe(true);
    process.kill(child, "SIGKILL");
  } finally {
    await other.remove();
  }
});
