/** Who follows runs: what they get, how many there are, and what is left of them; row 75 of the attacks. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { LIMITS } from "../../src/platform/limits.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { type Address, addressOf, open, request } from "./wire.ts";

let agent: AgentProcess;
let at: Address;
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  at = addressOf(agent.url);
});
afterAll(() => agent.stop());

const begin = async (script: string): Promise<string> => {
  const answer = await agent.request("/v1/runs", { body: { script, wait_ms: 0 } });
  return ((await answer.json()) as { id: string }).id;
};
const cancel = (id: string): Promise<Response> => agent.request(`/v1/runs/${id}`, { method: "DELETE" });
const follow = (id: string, last?: number, method = "GET"): Promise<Response> =>
  agent.request(`/v1/runs/${id}/events`, {
    method,
    ...(last === undefined ? {} : { headers: { "last-event-id": String(last) } }),
  });
const idsIn = (text: string): readonly number[] =>
  [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

test("what happens is told as it happens, and once more from where it broke off", async () => {
  const id = await begin(`info("one"); sleep(1); info("two\\nevent: end"); 3`);
  const answer = await follow(id);
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("two")) text += (await reader?.read())?.value ?? "two";
  expect(text).toContain("event: log");
  for (let next = await reader?.read(); !next?.done; next = await reader?.read()) text += next?.value ?? "";
  expect(text).toEndWith(`event: end\ndata: {}\nid: ${idsIn(text).length}\n\n`);
  expect(text.match(/^event: end$/gm)?.length).toBe(1);
  expect(idsIn(text)).toEqual(idsIn(text).map((_, index) => index + 1));

  const rest = await (await follow(id, 3)).text();
  expect(text.endsWith(rest)).toBe(true);
  expect(idsIn(rest)[0]).toBe(4);
  expect(await (await follow(id, 999)).text()).toBe("");
  for (const header of ["-1", "x", "1e999", ""]) {
    const all = await agent.request(`/v1/runs/${id}/events`, { headers: { "last-event-id": header } });
    expect(await all.text()).toBe(text);
  }
});

test("alarms, metrics and decisions are told as they happen, and the output at the end", async () => {
  const id = await begin(`
    AlarmBuilder().type("DiskFull").details("${"é".repeat(2000)}").publish();
    MetricBuilder().name("used").value(0.5).unit(MetricUnitType::PERCENT)
      .dimensions(MetricDimensionsBuilder().add("disk", "sda").build()).publish();
    cat("/etc/hostname");
    sleep(60);`);
  const answer = await follow(id);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  // The script goes on: all of this is told before its end.
  while (!text.includes("event: decision")) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) throw new Error(`it ended: ${text}`);
    text += value;
  }
  const dataOf = (type: string): unknown =>
    JSON.parse(new RegExp(`^event: ${type}\ndata: (.*)$`, "m").exec(text)?.[1] ?? "null");
  expect(dataOf("alarm")).toMatchObject({ alarm_type: "DiskFull" });
  expect(JSON.stringify(dataOf("alarm")).length).toBeLessThan(2200);
  expect(dataOf("metric")).toMatchObject({
    metric_name: "used",
    metric_value: 0.5,
    metric_unit: "PERCENT",
    metric_dimension: { disk: "sda" },
  });
  expect(dataOf("decision")).toMatchObject({ action: 'file_system::Action::"open"', decision: "allow" });
  await cancel(id);

  const short = await (await follow(await begin('"a\\nb"'))).text();
  expect(short).toContain('event: output\ndata: {"output":"a\\nb","length":3}\n');
  const long = await (await follow(await begin('let s = "x"; for i in 0..16 { s += s; } s'))).text();
  const [, output = "{}"] = /^event: output\ndata: (.*)$/m.exec(long) ?? [];
  expect(JSON.parse(output)).toEqual({ output: "x".repeat(32_768), length: 65_536 });
  const failed = await (await follow(await begin('throw "no"'))).text();
  expect(failed).toMatch(/^event: error\ndata: .*"message":"Runtime error: no/m);
  expect(failed).not.toContain("event: output");
});

test("a HEAD is answered, and follows nothing", async () => {
  const id = await begin("sleep(60)");
  for (let count = 0; count <= LIMITS.followers; count++)
    expect((await follow(id, 0, "HEAD")).status).toBe(200);
  await cancel(id);
  expect((await follow(id)).status).toBe(200);
});

/** Opens a connection that follows, and says how it was answered. */
function follower(id: string): Promise<{ readonly socket: Socket; readonly status: number }> {
  return new Promise((resolve, reject) => {
    const socket = open(at);
    socket.on("error", reject);
    socket.once("data", (data: Buffer) => resolve({ socket, status: Number(data.toString().slice(9, 12)) }));
    const headers = [`Host: ${new URL(agent.url).host}`, `Authorization: Bearer ${agent.token}`];
    socket.write(request(`GET /v1/runs/${id}/events HTTP/1.1`, headers));
  });
}
/** Of the main process, in MiB. */
const memory = (): number =>
  Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${agent.pid}/status`, "utf8"))?.[1]) / 1024;
const descriptors = (): number => readdirSync(`/proc/${agent.pid}/fd`).length;
const settles = async (look: () => boolean): Promise<boolean> => {
  for (let tries = 0; tries < 200 && !look(); tries++) await Bun.sleep(50);
  return look();
};

test("1,000 that want to follow: so many do, the others are told to come back, and nothing is left of them", async () => {
  const id = await begin("sleep(120)");
  const wave = async () => {
    const all = await Promise.all(Array.from({ length: 1000 }, () => follower(id)));
    const following = all.filter(({ status }) => status === 200).length;
    const refused = all.filter(({ status }) => status === 429).length;
    for (const { socket } of all) socket.destroy();
    return { following, refused };
  };
  const before = descriptors();
  // The first makes the process as large as it gets.
  expect(await wave()).toEqual({ following: LIMITS.followers, refused: 1000 - LIMITS.followers });
  expect(await settles(() => descriptors() <= before + 2)).toBe(true);
  const size = memory();
  for (let round = 0; round < 4; round++) {
    expect((await wave()).following).toBe(LIMITS.followers);
    expect(await settles(() => descriptors() <= before + 2)).toBe(true);
  }
  expect(memory() - size).toBeLessThan(24);
  await cancel(id);
  expect(await (await follow(id)).text()).toContain("event: end");
});

test("one that reads nothing costs no more than what is kept of the run", async () => {
  const line = "x".repeat(80);
  const id = await begin(`sleep(1); for i in 0..20000 { info("${line}") }`);
  const { socket } = await follower(id);
  socket.pause();
  const size = memory();
  const run = (await (await agent.request(`/v1/runs/${id}?wait_ms=30000`)).json()) as { state: string };
  expect(run.state).toBe("succeeded");
  expect(memory() - size).toBeLessThan(32);
  socket.destroy();
  // It did happen, and only the last of it is kept.
  const ids = idsIn(await (await follow(id)).text());
  expect(ids.at(-1)).toBeGreaterThan(20_000);
  expect(ids.length).toBeLessThan(5000);
}, 60_000);
