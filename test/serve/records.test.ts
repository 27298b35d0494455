/** What the decision log has of runs, of approvals and of what is done to the agent: each once, told apart. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LogRecord, recordsOf } from "../../src/audit/testing.ts";
import { type Agent, AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const world = new AgentWorld();
const config = join(world.path, "remit.toml");
let agent: Agent;

beforeAll(async () => {
  const policy = `
    @id("reads") permit(principal, action in [file_system::Action::"open", file_system::Action::"read"], resource)
      unless { resource in file_system::Dir::"/etc" };
    @approval("shows the configuration of the host")
    permit(principal, action, resource in file_system::Dir::"/etc");`;
  writeFileSync(config, "[limits]\napproval_ms = 600_000\n");
  agent = await world.start("--config", config, "--policy", world.file("p.cedar", policy));
});
afterAll(() => world.remove());

const recordsOfRun = (run: string): readonly LogRecord[] =>
  recordsOf(world.state).filter((record) => "run" in record && record.run === run);
const acts = (): readonly unknown[] =>
  recordsOf(world.state).flatMap((record) => (record.kind === "admin" ? [record.act] : []));
const post = async (path: string, headers: { readonly [name: string]: string }, body: unknown) => {
  const response = await fetch(`http://localhost${path}`, {
    method: "POST",
    unix: world.socket,
    headers: { authorization: `Bearer ${world.token()}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { readonly id: string; readonly trace_id?: string };
};
const script = 'cat("/proc/meminfo").len()';

describe("a run", () => {
  test("has the id of its request and its trace in its records, and the trace in its answer", async () => {
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const { id, trace_id } = await post("/v1/runs", { "x-request-id": "job-17", traceparent }, { script });
    expect(trace_id).toBe(TRACE);
    expect((await world.ask("GET", `/v1/runs/${id}`)).body.trace_id).toBe(TRACE);
    const [started, ...others] = recordsOfRun(id);
    expect(started).toMatchObject({
      event: "started",
      requestId: "job-17",
      traceId: TRACE,
      parentId: PARENT,
    });
    expect(others.map(({ kind }) => kind)).toEqual([
      ...others.slice(1).map(() => "decision" as const),
      "run",
    ]);
    expect(others.filter((record) => !("traceId" in record) || record.traceId !== TRACE)).toEqual([]);
  });

  test("has none of a trace that is not valid, and an id all the same", async () => {
    for (const traceparent of [`00-${TRACE}-${PARENT}`, `00-${"0".repeat(32)}-${PARENT}-01`, "x"]) {
      const run = await post("/v1/runs", { "x-request-id": "not an id", traceparent }, { script });
      expect(run.trace_id).toBeUndefined();
      const [started, ...others] = recordsOfRun(run.id);
      expect(started).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect([started, ...others].filter((record) => record && "traceId" in record)).toEqual([]);
    }
  });

  test("has both also when a tool of MCP began it", async () => {
    const params = { name: "run_script", arguments: { script } };
    const headers = {
      "x-request-id": "call-1",
      traceparent: `00-${TRACE}-${PARENT}-01`,
      accept: "application/json, text/event-stream",
    };
    const before = recordsOf(world.state).length;
    await fetch("http://localhost/mcp", {
      method: "POST",
      unix: world.socket,
      headers: { authorization: `Bearer ${world.token()}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    });
    const [started] = recordsOf(world.state).slice(before);
    expect(started).toMatchObject({
      event: "started",
      requestId: "call-1",
      traceId: TRACE,
      parentId: PARENT,
    });
  });
});

describe("an approval", () => {
  const ASKING = 'cat("/etc/hostname")';
  const begin = async (): Promise<string> =>
    (await world.ask("POST", "/v1/runs", { script: ASKING, wait_ms: 0 })).body.id;
  const pending = async (run: string): Promise<string> => {
    let id = "";
    await until(async () => {
      const { approvals } = (await world.ask("GET", "/v1/approvals")).body;
      id = approvals.find((asked: { run: string }) => asked.run === run)?.id ?? "";
      return id !== "";
    }, "a question");
    return id;
  };
  /** What became of the first question of a run: events of it, and acts of an administrator. */
  const story = (run: string, id: string): readonly string[] =>
    recordsOf(world.state).flatMap((record) => {
      if (record.kind === "approval" && record.run === run && record.id === id) return [record.event];
      return record.kind === "admin" && record.details?.["id"] === id ? [`by a human: ${record.act}`] : [];
    });

  test("is recorded when it is asked for, with what it is for, and when somebody answers", async () => {
    for (const [answer, act] of [
      ["approved", "by a human: approved"],
      ["denied", "by a human: denied"],
    ] as const) {
      const run = await begin();
      const id = await pending(run);
      expect(story(run, id)).toEqual(["asked"]);
      expect(recordsOfRun(run)).toContainEqual(
        expect.objectContaining({
          kind: "approval",
          event: "asked",
          principal: 'Agent::"administrator"',
          action: 'file_system::Action::"open"',
          resource: { type: "file_system::Dir", id: "/etc" },
        }),
      );
      await world.ask("POST", `/v1/approvals/${id}`, { answer });
      expect(story(run, id)).toEqual(["asked", act]);
      await world.ask("DELETE", `/v1/runs/${run}`);
    }
  });

  test("that nobody gave in time is no human's answer", async () => {
    writeFileSync(config, "[limits]\napproval_ms = 50\n");
    const from = agent.said.length;
    agent.signal("SIGHUP");
    await agent.says("the configuration was read again", from);
    const run = await begin();
    const { body } = await world.ask("GET", `/v1/runs/${run}?wait_ms=20000`);
    expect(body.denials).toMatchObject([{ reason: "approval_timed_out" }]);
    const [asked] = recordsOfRun(run).flatMap((record) => (record.kind === "approval" ? [record.id] : []));
    expect(story(run, asked ?? "")).toEqual(["asked", "timed_out"]);
    writeFileSync(config, "[limits]\napproval_ms = 600_000\n");
    agent.signal("SIGHUP");
    await until(() => acts().filter((act) => act === "configure").length === 2, "the other configuration");
  });

  test("of a run that ended meanwhile is no human's answer either", async () => {
    const run = await begin();
    const id = await pending(run);
    await world.ask("DELETE", `/v1/runs/${run}`);
    expect((await world.ask("GET", `/v1/runs/${run}?wait_ms=20000`)).body.state).toBe("cancelled");
    expect(story(run, id)).toEqual(["asked", "run_ended"]);
  });
});

test("what is done to the agent is recorded, from its first token on", () => {
  world.call("token", "create", "bot");
  world.call("token", "revoke", "bot");
  world.call("kill");
  world.call("resume");
  expect(acts().filter((act) => !["approved", "denied", "cancel"].includes(String(act)))).toEqual([
    "policy",
    "token_create",
    "configure",
    "configure",
    "token_create",
    "token_revoke",
    "kill",
    "resume",
  ]);
});
