/** Runner processes: what befalls one costs its own run only, and the run says what it was. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { recordsOf } from "../../src/audit/testing.ts";
import { AgentProcess } from "../support/agent-process.ts";

setDefaultTimeout(60_000);

let agent: AgentProcess;
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
});
afterAll(() => agent.stop());

interface View {
  readonly id: string;
  readonly state: string;
  readonly output?: string;
  readonly code?: string;
  readonly error?: { readonly error_type: string; readonly message: string; readonly limit?: string };
}

async function run(script: string, more: { timeout_ms?: number; wait_ms?: number } = {}) {
  const answer = await agent.request("/v1/runs", { body: { script, ...more } });
  return { status: answer.status, headers: answer.headers, view: (await answer.json()) as View };
}
const begin = async (script: string, more = {}): Promise<string> =>
  (await run(script, { wait_ms: 0, ...more })).view.id;
const viewOf = async (id: string): Promise<View> =>
  (await (await agent.request(`/v1/runs/${id}`)).json()) as View;
const statusOf = async () =>
  (await (await agent.request("/v1/status")).json()) as { readonly running: number; readonly queued: number };
const cancel = (id: string): Promise<Response> => agent.request(`/v1/runs/${id}`, { method: "DELETE" });

/** Asks again and again, since what is waited for is told by nobody. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await Bun.sleep(25);
  }
  throw new Error("it did not happen");
}
const ended = (id: string): Promise<View> =>
  until(async () => {
    const view = await viewOf(id);
    return ["queued", "running"].includes(view.state) ? undefined : view;
  });
const becomes = (id: string, state: string): Promise<View> =>
  until(async () => {
    const view = await viewOf(id);
    return view.state === state ? view : undefined;
  });

/** Runner processes of the agent. */
function runners(): readonly number[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(parent) === agent.pid && state !== "Z" ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}
/** Programs that the cancelled script starts. */
const sleepers = (): readonly string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").endsWith("sleep\x0054321\0");
    } catch {
      return false;
    }
  });
const works = async (): Promise<void> => {
  const { view } = await run("40 + 2");
  expect([view.state, view.output]).toEqual(["succeeded", "42"]);
};
const SLEEP = "sleep(60)";

test("a runner that is killed costs its run", async () => {
  await works();
  const [pid] = runners();
  const id = await begin(SLEEP);
  await becomes(id, "running");
  const other = begin(SLEEP);
  process.kill(pid ?? 0, "SIGKILL");
  const view = await ended(id);
  expect(view).toMatchObject({ state: "lost", error: { error_type: "INTERNAL_EXCEPTION" } });
  expect(view.error?.message).toBe(
    "the run has no result: the runner process ended by SIGKILL (as the system does when it has no memory left)",
  );
  expect((await becomes(await other, "running")).state).toBe("running");
  await cancel(await other);
  await works();
});

test("a runner that is killed while it waits costs nothing", async () => {
  await works();
  for (let round = 0; round < 5; round++) {
    const pids = runners();
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await works();
    expect(runners()).not.toContain(pids[0] ?? 0);
  }
});

test("a runner that crashes costs its run", async () => {
  const id = await begin(SLEEP);
  await becomes(id, "running");
  for (const pid of runners()) process.kill(pid, "SIGABRT");
  expect((await ended(id)).error?.message).toContain("the runner process ended by SIG");
  await works();
});

test("a runner with nothing to do gives back what it does not use, and runs all the same", async () => {
  await works();
  const [pid = 0] = runners();
  const mapped = (): number =>
    Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  const before = mapped();
  await until(async () => (mapped() < before ? true : undefined));
  await works();
  expect(runners()).toContain(pid);
});

test("a script that takes all memory meets its limit, and the next run has it all", async () => {
  const { view } = await run(`let s = "x"; let all = []; loop { s += s; all.push(s); }`);
  expect(view.state).toBe("failed");
  expect(view.error?.limit).toBeDefined();
  await works();
});

test("a script that overstays is stopped by its limit, one that does not heed it with its process", async () => {
  const { view } = await run("loop { sleep(1); }", { timeout_ms: 300 });
  expect(view).toMatchObject({ state: "failed", error: { limit: "timeMs" } });
  const id = await begin("1", { timeout_ms: 1 });
  await ended(id);
  // A process that stands still asks nobody whether it may go on.
  await works();
  const [pid] = runners();
  process.kill(pid ?? 0, "SIGSTOP");
  const stuck = await ended(await begin("1", { timeout_ms: 100 }));
  expect(stuck).toMatchObject({ state: "lost", error: { limit: "timeMs" } });
  expect(runners()).not.toContain(pid ?? 0);
  await works();
});

describe("more runs than runners", () => {
  const cores = availableParallelism();

  test("wait, and when too many wait the next is refused with a time to try again", async () => {
    const ids: string[] = [];
    let refused: Awaited<ReturnType<typeof run>> | undefined;
    while (refused === undefined && ids.length < 1000) {
      // The first wait until all runners have started; what is refused before that says nothing.
      const started = (await statusOf()).running === cores;
      const answer = await run(SLEEP, { wait_ms: 0 });
      if (answer.status === 202) ids.push(answer.view.id);
      else if (started) refused = answer;
    }
    expect([refused?.status, refused?.view.code]).toEqual([429, "queue_full"]);
    expect(refused?.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(ids.length).toBe(cores + 64);
    expect(await statusOf()).toMatchObject({ running: cores, queued: 64 });
    // Questions have places of their own.
    const resource = { type: "systemd::Service", id: "a" };
    const asked = await agent.request("/v1/explain", { body: { action: "systemd.status", resource } });
    expect(asked.status).toBe(200);

    const last = ids.at(-1) ?? "";
    expect((await viewOf(last)).state).toBe("queued");
    expect((await cancel(last)).status).toBe(202);
    const view = await ended(last);
    expect([view.state, view.error?.message]).toEqual([
      "cancelled",
      "the run has no result: it was cancelled before it began",
    ]);
    expect((await cancel(last)).status).toBe(409);
    // A place is free again.
    const next = await run(SLEEP, { wait_ms: 0 });
    expect(next.status).toBe(202);
    for (const id of [...ids.slice(0, -1), next.view.id].reverse()) await cancel(id);
    for (const id of ids) expect((await ended(id)).state).toBe("cancelled");
    await works();
  });

  test("the time of one is over with it: the same runner answers a question later", async () => {
    expect((await run("40 + 2", { timeout_ms: 100 })).view.output).toBe("42");
    await Bun.sleep(300);
    const resource = { type: "systemd::Service", id: "a" };
    const answer = await agent.request("/v1/explain", { body: { action: "systemd.status", resource } });
    expect(((await answer.json()) as { decision: string }).decision).toBe("allow");
  });

  test("a question is answered while they wait", async () => {
    const ids = await Promise.all(Array.from({ length: cores + 2 }, () => begin(SLEEP)));
    const resource = { type: "systemd::Service", id: "a" };
    const answer = await agent.request("/v1/explain", { body: { action: "systemd.status", resource } });
    expect(((await answer.json()) as { decision: string }).decision).toBe("allow");
    for (const id of ids.reverse()) await cancel(id);
    for (const id of ids) await ended(id);
    await works();
  });
});

test("a run that is cancelled as it ends costs no other its runner", async () => {
  const states: (string | undefined)[] = [];
  for (let tries = 0; tries < 15; tries++) {
    const id = await begin("1");
    const [, next] = await Promise.all([cancel(id), run("40 + 2")]);
    states.push(next.view.state);
  }
  expect(states.filter((state) => state !== "succeeded")).toEqual([]);
});

test("a run is cancelled in the middle of a call, with what it started", async () => {
  const script = `
    let bin = DirConfig().path("/bin").build().open(OpenDirOptions().follow_symlinks(true).build());
    let file = bin.open_file("sleep", OpenFileOptions().read(true).follow_symlinks(true).build());
    file.execute(ExecuteOptions().args(["54321"]).build())`;
  for (const slow of [SLEEP, script]) {
    const id = await begin(slow);
    await becomes(id, "running");
    if (slow === script) await until(async () => (sleepers().length === 1 ? true : undefined));
    await cancel(id);
    const view = await ended(id);
    expect([view.state, view.error?.message]).toEqual([
      "cancelled",
      "the run has no result: it was cancelled",
    ]);
  }
  await until(async () => (sleepers().length === 0 ? true : undefined));
  await works();
});

test("runners end with the agent, however it ends", async () => {
  const own = await AgentProcess.start("permit(principal, action, resource);");
  const first = agent;
  agent = own;
  try {
    const id = await begin(SLEEP);
    await becomes(id, "running");
    const pids = runners();
    expect(pids.length).toBeGreaterThan(0);
    process.kill(own.pid, "SIGKILL");
    await until(async () => (pids.some(isAlive) ? undefined : true));
    expect(recordsOf(own.state).some((record) => record.kind === "run" && record.run === id)).toBe(true);
  } finally {
    agent = first;
    await own.stop();
  }
});

function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}
