/** Reports to the central team, from the executable to a server that takes them. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Receiver, TAKEN } from "../../src/audit/upload/testing.ts";
import { selfSigned } from "../../src/platform/certificate-testing.ts";
import { AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

const SECRET = "s3cret-token";
let world: AgentWorld;
let centre: Receiver;
beforeEach(async () => {
  world = new AgentWorld();
  centre = await Receiver.start();
});
afterEach(async () => {
  await world.remove();
  centre.close();
});

const POLICY = `permit(principal, action == network::Action::"GET", resource);`;
/** A configuration that reports to `url`, soon and often. */
function config(url: string, more = ""): string {
  const token = world.file("upload-token", `${SECRET}\n`, 0o600);
  const policy = world.file("policy.cedar", POLICY);
  return world.file(
    "remit.toml",
    `policy = "${policy}"
[upload]
url = "${url}"
token_file = "${token}"
interval_s = 1
heartbeat_s = 1
labels = { fleet = "fleet-a", channel = "prod" }
${more}`,
  );
}
const sequences = (): readonly unknown[] => world.records().map(({ seq }) => seq);
const run = (script: string) => world.ask("POST", "/v1/runs", { script });
/** Everything of the log is there, in order. */
const everythingCame = () => JSON.stringify(centre.sequences) === JSON.stringify(sequences());

/** The last record that needs not be sent any more. */
function keptSequence(): unknown {
  const file = join(world.state, "upload.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).last?.seq : undefined;
}

test("decisions, runs and acts of administrators arrive as events of OPA, in order", async () => {
  await world.start("--config", config(centre.url));
  const { body } = await run(`try { cat("/etc/motd") } catch { 1 }`);
  await world.ask("POST", "/v1/admin/kill", { reason: "test" });
  await until(() => everythingCame(), "the log");
  const events = centre.batches.flatMap(({ events }) => events);
  const denial = events.find(({ path }) => path.startsWith("file_system::"));
  expect(denial).toMatchObject({
    labels: { id: expect.any(String), version: "0.1.0", fleet: "fleet-a", channel: "prod" },
    bundles: { prod: { revision: expect.any(String) } },
    result: { decision: "deny" },
    remit: { kind: "decision", run: body.id },
  });
  expect(events.map(({ path }) => path)).toContain("remit/run");
  expect(events.find(({ result }) => result["act"] === "kill")?.result["details"]).toEqual({
    reason: "test",
  });
  expect(new Set(events.map(({ decision_id }) => decision_id)).size).toBe(events.length);
  for (const { headers } of centre.requests) expect(headers.authorization).toBe(`Bearer ${SECRET}`);
});

test("what URLs carry of secrets is neither on the disk nor sent", async () => {
  await world.start("--config", config(centre.url));
  await run(
    `try { Client().get("http://user:hunter2@127.0.0.1:1/x?key=hunter3#hunter4").send() } catch { 1 }`,
  );
  await until(() => everythingCame(), "the log");
  const events = centre.batches.flatMap(({ events }) => events);
  expect(events.find(({ path }) => path.startsWith("network::"))).toMatchObject({
    input: { resource: { id: "http://***@127.0.0.1:1/x?key=***#***" } },
    masked: ["/input/resource/id"],
  });
  expect(JSON.stringify(events)).not.toMatch(/hunter\d/);
  expect(JSON.stringify(world.records())).not.toMatch(/hunter\d/);
});

describe("an agent that is killed", () => {
  test("loses nothing: what was under way comes again, under the same ids", async () => {
    const configuration = config(centre.url);
    const agent = await world.start("--config", configuration);
    const held = Promise.withResolvers<void>();
    centre.answer = ({ path }) => {
      if (path === "/logs") held.resolve();
      return "silent";
    };
    await run("1");
    await held.promise;
    agent.signal("SIGKILL");
    await agent.ended;
    centre.answer = () => TAKEN;
    await world.start("--config", configuration);
    await until(() => everythingCame(), "the log");
    const ids = (index: number) =>
      centre.requests.filter(({ path }) => path === "/logs")[index]?.events ?? [];
    const first = ids(0).map(({ decision_id }) => decision_id);
    expect(
      ids(1)
        .map(({ decision_id }) => decision_id)
        .slice(0, first.length),
    ).toEqual(first);
  });

  test("goes on after what was taken", async () => {
    const configuration = config(centre.url);
    const agent = await world.start("--config", configuration);
    await run("1");
    await until(() => keptSequence() === sequences().at(-1), "the place");
    agent.signal("SIGKILL");
    await agent.ended;
    await world.start("--config", configuration);
    await run("2");
    await until(() => everythingCame(), "the rest");
  });
});

test("an agent that is asked to end sends what is left, and how it is", async () => {
  const agent = await world.start("--config", config(centre.url));
  await until(() => centre.statuses.length > 0, "a status");
  await run("1");
  agent.signal("SIGTERM");
  expect(await agent.ended).toEqual({ code: 0, signal: null });
  expect(everythingCame()).toBe(true);
  expect(centre.statuses.at(-1)).toMatchObject({ logs: { queued: 0, dropped_total: 0 } });
});

test("an agent that is asked to end waits for no central team beyond its grace", async () => {
  const configuration = config(centre.url, "[limits]\ngrace_ms = 0");
  const agent = await world.start("--config", configuration);
  centre.answer = () => "silent";
  await run("1");
  agent.signal("SIGTERM");
  expect(await agent.ended).toEqual({ code: 0, signal: null });
});

test("the status comes again and again, counted, and is not written for that", async () => {
  await world.start("--config", config(centre.url));
  await until(() => centre.statuses.length >= 2, "two statuses");
  const [first, second] = centre.statuses;
  expect(first).toMatchObject({ seq: 1, labels: { fleet: "fleet-a" }, logs: { dropped_total: 0 } });
  expect(second).toMatchObject({ seq: 2, boot_id: first?.["boot_id"] });
  expect(existsSync(join(world.state, "status.json"))).toBe(false);
});

describe("a central team that refuses", () => {
  test("is told to whoever looks, in all places, without the token; and gets all later", async () => {
    centre.answer = () => ({ status: 401 });
    const agent = await world.start("--config", config(centre.url));
    await run("1");
    await agent.says("the decision log for the central team does not get through");
    const { body } = await world.ask("GET", "/v1/status");
    expect(body.upload).toMatchObject({
      queued: sequences().length,
      dropped_total: 0,
      error: { code: "unauthorized" },
    });
    const { stdout } = world.call("status");
    expect(stdout).toMatch(/^reports {6}\d+ records waiting, 0 dropped, nothing sent yet$/m);
    expect(stdout).toContain("unauthorized: ");
    await until(
      async () => /^status_upload_total\{outcome="refused"\} [1-9]/m.test(await metricsOf()),
      "the status to be refused, too",
    );
    const metrics = await metricsOf();
    expect(metrics).toMatch(/^decision_upload_total\{outcome="refused"\} [1-9]/m);
    expect(metrics).toContain('decision_upload_dropped_total{reason="rotated"} 0');
    for (const text of [agent.said, stdout, metrics, JSON.stringify(body)])
      expect(text).not.toContain(SECRET);
    centre.answer = () => TAKEN;
    await until(() => everythingCame(), "the log");
    await agent.says("the decision log for the central team gets through again");
  });

  const metricsOf = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${world.token()}` };
    return (await fetch("http://localhost/metrics", { unix: world.socket, headers })).text();
  };
});

test("over TLS to a central team with an authority of its own", async () => {
  const certificate = selfSigned("IP:127.0.0.1");
  const secure = await Receiver.start({ secure: certificate });
  try {
    const authority = world.file("ca.pem", certificate.cert);
    await world.start("--config", config(secure.url, `ca_file = "${authority}"`));
    await until(() => secure.sequences.length > 0 && secure.statuses.length > 0, "reports");
  } finally {
    secure.close();
  }
});

test("a reload begins, changes and ends reports", async () => {
  const configuration = config(centre.url);
  const text = readFileSync(configuration, "utf8");
  const without = text.slice(0, text.indexOf("[upload]"));
  world.file("remit.toml", without);
  const agent = await world.start("--config", configuration);
  expect((await world.ask("GET", "/v1/status")).body.upload).toBeUndefined();
  const reload = async (changed: string): Promise<void> => {
    const from = agent.said.length;
    world.file("remit.toml", changed);
    agent.signal("SIGHUP");
    await agent.says("the configuration was read again", from);
  };
  await reload(text);
  await until(() => everythingCame(), "the log");
  const other = await Receiver.start();
  try {
    await reload(text.replace(centre.url, other.url));
    await run("1");
    await until(() => other.sequences.at(-1) === sequences().at(-1), "the rest");
    // What was under way at the reload may have come twice.
    expect([...new Set([...centre.sequences, ...other.sequences])]).toEqual(sequences() as number[]);
    await reload(without);
    expect((await world.ask("GET", "/v1/status")).body.upload).toBeUndefined();
  } finally {
    other.close();
  }
});

test("no script changes what reports depend on, whatever the policy permits", async () => {
  const authority = world.file("ca.pem", "x");
  const configuration = config(centre.url, `ca_file = "${authority}"`);
  world.file("policy.cedar", "permit(principal, action, resource);");
  await world.start("--config", configuration);
  for (const name of ["ca.pem", "upload-token"]) {
    const file = join(world.path, name);
    const { body } = await run(`write("${file}", "mine")`);
    expect(body.denials[0]?.policies).toEqual([`remit:keep:${file}`]);
  }
});

test("nothing of it is there when nobody asks for it", async () => {
  await world.start("--policy", world.file("policy.cedar", POLICY));
  await run("1");
  for (const name of ["upload.json", "instance", "status.json"])
    expect(existsSync(join(world.state, name))).toBe(false);
  expect((await world.ask("GET", "/v1/status")).body.upload).toBeUndefined();
});

test("what is kept is for nobody else", async () => {
  await world.start("--config", config(centre.url));
  await until(() => existsSync(join(world.state, "upload.json")), "the place");
  for (const name of ["upload.json", "instance"])
    expect(statSync(join(world.state, name)).mode & 0o777).toBe(0o600);
});
