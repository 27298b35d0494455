/** What the API answers beside runs: readiness, metrics, denials, and keys of requests made once. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AgentProcess } from "../support/agent-process.ts";

const POLICY = `
@id("reads") permit(principal, action in [file_system::Action::"open", file_system::Action::"read"], resource in file_system::Dir::"{dir}");
@id("the-directory") permit(principal, action == file_system::Action::"open", resource == file_system::Dir::"{dir}");
@id("no-secrets") forbid(principal, action, resource == file_system::File::"{dir}/secret");
`;

let agent: AgentProcess;
let alice = "";
let bob = "";

beforeAll(async () => {
  agent = await AgentProcess.start(POLICY);
  alice = agent.createToken({ name: "alice", scope: "run" });
  bob = agent.createToken({ name: "bob", scope: "run" });
  for (const name of ["open", "secret"]) writeFileSync(join(agent.path, name), name);
});
afterAll(() => agent.stop());

interface Denial {
  readonly seq: number;
  readonly principal: string;
  readonly reason: string;
  readonly policies: readonly string[];
  readonly resource: { readonly type: string; readonly id: string };
}

/** What these tests look at of JSON of our own API. */
interface Body {
  readonly code?: string;
  readonly id: string;
  readonly output?: string;
  readonly decision?: string;
  readonly denials: readonly Denial[];
  readonly next?: string;
  readonly runs: readonly { readonly id: string }[];
  readonly limits: { readonly [name: string]: number };
  readonly areas?: unknown;
  readonly changes: number;
}

async function ask(path: string, options: Parameters<AgentProcess["request"]>[1] = {}) {
  const answer = await agent.request(path, options);
  const text = await answer.text();
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  const body = (isJson ? JSON.parse(text) : {}) as Body;
  return { status: answer.status, headers: answer.headers, text, body };
}
const read = (name: string): string => `cat("${agent.path}/${name}")`;
const run = (script: string, token = alice, headers: { readonly [name: string]: string } = {}) =>
  ask("/v1/runs", { token, headers, body: { script } });

test("an agent that answers is alive, and ready", async () => {
  for (const path of ["/healthz", "/readyz"]) {
    const { status } = await fetch(`${agent.url}${path}`);
    expect(status).toBe(204);
  }
});

test("stopped by its switch it is alive, and not ready", async () => {
  await ask("/v1/admin/kill", { body: { reason: "test" } });
  expect((await fetch(`${agent.url}/healthz`)).status).toBe(204);
  const { status, body } = await ask("/readyz");
  expect([status, body.code]).toEqual([503, "not_ready"]);
  expect((await run("1")).body.code).toBe("killed");
  await ask("/v1/admin/resume", { method: "POST" });
  expect((await fetch(`${agent.url}/readyz`)).status).toBe(204);
  expect((await run("1")).body.output).toBe("1");
});

test("denials, the newest first, by page, and of others only for the administrator", async () => {
  const begun = new Date().toISOString();
  for (let index = 0; index < 3; index++) await run(read("secret"));
  await run(read("open"));
  await run(`cat("/etc/hostname")`, bob);
  const denialsFor = async (token: string, query = "") => (await ask(`/v1/denials${query}`, { token })).body;

  const { denials } = await denialsFor(alice, `?since=${begun}`);
  expect(denials.map(({ reason, policies }) => [reason, policies])).toEqual(
    Array.from({ length: 3 }, () => ["forbidden", ["no-secrets"]]),
  );
  expect(denials[0]?.resource).toEqual({ type: "file_system::File", id: `${agent.path}/secret` });
  expect(denials[0]?.principal).toBe('Agent::"alice"');
  const ofBob = (await denialsFor(bob)).denials;
  expect(ofBob.map(({ reason }) => reason)).toEqual(["not_permitted"]);
  const all = (await denialsFor(agent.token, `?since=${begun}`)).denials;
  expect(all.map(({ seq }) => seq)).toEqual([
    ...ofBob.map(({ seq }) => seq),
    ...denials.map(({ seq }) => seq),
  ]);

  const paged: number[] = [];
  let query = "?limit=1";
  for (let pages = 0; pages < 20; pages++) {
    const page = await denialsFor(alice, query);
    paged.push(...page.denials.map(({ seq }) => seq));
    if (page.next === undefined) break;
    query = `?limit=1&before=${page.next}`;
  }
  expect(paged).toEqual(denials.map(({ seq }) => seq));
  expect((await denialsFor(alice, "?since=2999-01-01T00:00:00Z")).denials).toEqual([]);
});

test.each([
  "since=yesterday",
  "limit=0",
  "limit=201",
  "limit=x",
  "before=1",
  "before=..-1",
  "before=9999999999999999-1",
])("no denials for %s", async (query) => {
  expect((await ask(`/v1/denials?${query}`)).body.code).toBe("parameter_invalid");
});

test("a place in the log that is none gives nothing", async () => {
  expect((await ask("/v1/denials?before=999-5")).status).toBe(200);
  expect((await ask("/v1/denials?before=1-3")).body.denials).toEqual([]);
});

test("metrics count what was decided and run, for those with a token", async () => {
  expect((await fetch(`${agent.url}/metrics`)).status).toBe(401);
  const before = (await ask("/metrics")).text;
  await run(read("secret"));
  const { text, headers } = await ask("/metrics");
  expect(headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  const valueIn = (text: string, name: string) =>
    Number(
      text
        .split("\n")
        .find((l) => l.startsWith(name))
        ?.split(" ")
        .at(-1) ?? 0,
    );
  const DENIED = 'decisions_total{action="file_system::Action::\\"open\\"",decision="deny"}';
  for (const name of [DENIED, 'runs_total{status="failed"}', "run_duration_seconds_count"])
    expect(valueIn(text, name) - valueIn(before, name)).toBe(1);
});

test("capabilities and explanations", async () => {
  const { body } = await ask("/v1/capabilities", { token: alice });
  expect(body.limits["scriptBytes"]).toBe(2 ** 20);
  expect(JSON.stringify(body.areas)).toContain("cat(");
  const explain = (action: string, name: string) =>
    ask("/v1/explain", {
      token: alice,
      body: { action, resource: { type: "file_system::File", id: `${agent.path}/${name}` } },
    });
  expect((await explain("file_system.read", "open")).body).toMatchObject({
    decision: "allow",
    policies: ["reads"],
  });
  expect((await explain("file_system.read", "secret")).body).toMatchObject({
    decision: "deny",
    policies: ["no-secrets"],
  });
  expect((await explain("file_system.nothing", "open")).body.code).toBe("body_invalid");
  // Nobody is asked about a way out of the tree.
  expect((await explain("file_system.read", "../../etc/passwd")).body.decision).not.toBe("allow");
});

describe("a request that is made once", () => {
  const key = () => ({ "idempotency-key": crypto.randomUUID() });

  test("has one run, and one answer", async () => {
    const headers = key();
    const [first, second] = [await run("1 + 1", alice, headers), await run("1 + 1", alice, headers)];
    expect(first.body.output).toBe("2");
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect((await run("1 + 1", alice, key())).body.id).not.toBe(first.body.id);
  });
  test("is not another one", async () => {
    const headers = key();
    await run("1", alice, headers);
    const { status, body } = await run("2", alice, headers);
    expect([status, body.code]).toEqual([422, "idempotency_mismatch"]);
  });
  test("is one of its principal", async () => {
    const headers = key();
    const [ofAlice, ofBob] = [await run("1", alice, headers), await run("1", bob, headers)];
    expect(ofBob.status).toBe(200);
    expect(ofBob.body.id).not.toBe(ofAlice.body.id);
  });
  test("waits for its answer", async () => {
    const headers = key();
    const script = "sleep(1); 7";
    const first = run(script, alice, headers);
    await Bun.sleep(300);
    const second = await run(script, alice, headers);
    expect([second.status, second.body.code]).toEqual([409, "idempotency_running"]);
    expect(second.headers.get("retry-after")).not.toBeNull();
    const { body } = await first;
    expect((await run(script, alice, headers)).body).toEqual(body);
  });
  test("leaves its key to the next when it was refused", async () => {
    const headers = key();
    await ask("/v1/admin/kill", { body: {} });
    expect((await run("1", alice, headers)).status).toBe(503);
    await ask("/v1/admin/resume", { method: "POST" });
    expect((await run("1", alice, headers)).status).toBe(200);
  });
  test("has a key that can be told", async () => {
    for (const bad of ["a b", "x".repeat(129), '""']) {
      expect((await run("1", alice, { "idempotency-key": bad })).body.code).toBe("idempotency_key_invalid");
    }
  });
});

test("the list of runs has the latest first, and tells nothing of their results", async () => {
  await run(read("secret"));
  for (const script of ['info("said"); "told"', `try { ${read("secret")} } catch {}; "told"`])
    await run(script);
  const { body, text } = await ask("/v1/runs?limit=2", { token: alice });
  expect(body.runs).toHaveLength(2);
  expect(body.runs).toMatchObject([
    { principal: 'Agent::"alice"', state: "succeeded", dry_run: false, denied: 1 },
    { principal: 'Agent::"alice"', state: "succeeded", dry_run: false, denied: 0 },
  ]);
  for (const result of ["told", "said", "no-secrets"]) expect(text).not.toContain(result);
  expect((await ask(`/v1/runs/${body.runs[0]?.id}`, { token: alice })).text).toContain("no-secrets");
  for (const limit of ["0", "1001", "x", "1.5"]) {
    expect((await ask(`/v1/runs?limit=${limit}`)).body.code).toBe("parameter_invalid");
  }
});

test("the status says whether runs, denials and approvals are as they were", async () => {
  const changes = async () => (await ask("/v1/status")).body.changes;
  const before = await changes();
  expect(await changes()).toBe(before);
  await run("1");
  expect(await changes()).toBeGreaterThan(before);
});

test("runs of others are not there, whatever is done to them", async () => {
  const { body } = await run("1", alice);
  for (const [path, method] of [
    [`/v1/runs/${body.id}`, "GET"],
    [`/v1/runs/${body.id}`, "DELETE"],
    [`/v1/runs/${body.id}/events`, "GET"],
  ] as const) {
    const answer = await ask(path, { token: bob, method });
    expect([answer.status, answer.body.code]).toEqual([404, "run_not_found"]);
  }
  const ofNobody = await ask(`/v1/runs/run_${"0".repeat(24)}`, { token: bob });
  expect(ofNobody.body.code).toBe("run_not_found");
  const runs = (await ask("/v1/runs", { token: bob })).body.runs;
  expect(runs.map(({ id }) => id)).not.toContain(body.id);
  expect((await ask(`/v1/runs/${body.id}`, { token: alice })).status).toBe(200);
  expect((await ask(`/v1/runs/${body.id}`)).status).toBe(200);
  expect((await ask("/v1/runs/1", { token: alice })).body.code).toBe("parameter_invalid");
});

test("scopes: who only looks runs nothing, and who runs is no administrator", async () => {
  const reader = agent.createToken({ name: "reader", scope: "read" });
  expect((await run("1", reader)).body.code).toBe("scope_missing");
  for (const token of [reader, alice]) {
    for (const [path, method] of [
      ["/v1/admin/kill", "POST"],
      ["/v1/approvals", "GET"],
      ["/v1/policy", "GET"],
    ] as const) {
      const answer = await ask(path, { token, method, ...(method === "POST" ? { body: {} } : {}) });
      expect(answer.body.code).toBe("scope_missing");
    }
  }
  agent.revokeToken("reader");
  expect((await ask("/v1/status", { token: reader })).body.code).toBe("token_unknown");
});

test("without its decision log nothing is run, and it says so", async () => {
  const own = await AgentProcess.start("permit(principal, action, resource);");
  try {
    const log = join(own.state, "decisions.lock");
    expect((await own.request("/readyz")).status).toBe(204);
    // A directory in place of the next file of the log.
    for (const name of ["decisions.00000001.jsonl"]) rmSync(join(own.state, name), { force: true });
    chmodSync(log, 0o600);
    writeFileSync(log, Buffer.from(new BigUint64Array([77n]).buffer));
    await Bun.write(join(own.state, "decisions.00000077.jsonl/x"), "");
    const answer = await own.request("/v1/runs", { body: { script: "1" } });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      503,
      "audit_unavailable",
    ]);
    expect((await own.request("/readyz")).status).toBe(503);
  } finally {
    await own.stop();
  }
});
