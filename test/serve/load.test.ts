/** Much of what is wrong, at once and slowly: the agent stays, runs nothing of it, and is as large as before. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { recordsOf } from "../../src/audit/testing.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { malformed, pieces, random } from "./malformed.ts";
import { type Address, addressOf, answerTo, open, request } from "./wire.ts";

const MALFORMED = 10_000;
const CONNECTIONS = 32;
/** How long one of them may take in all; it is cut then, and counted. */
const PATIENCE_MS = 10_000;
const MiB = 2 ** 20;

let agent: AgentProcess;
let at: Address;
let host = "";
let bearer = "";
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  at = addressOf(agent.url);
  host = `Host: ${new URL(agent.url).host}`;
  bearer = `Authorization: Bearer ${agent.token}`;
});
afterAll(() => agent.stop());

/** Of the main process. */
const memory = (): number =>
  Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${agent.pid}/status`, "utf8"))?.[1]) * 1024;
const descriptors = (): number => readdirSync(`/proc/${agent.pid}/fd`).length;
async function settles(look: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !look(); tries++) await Bun.sleep(50);
  return look();
}
/** As {@link settles}, for memory: the collector of an idle process takes its time, and small requests keep it going. */
async function shrinks(look: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 300 && !look(); tries++) {
    await agent.request("/v1/status");
    await Bun.sleep(200);
  }
  return look();
}
const runsSoFar = (): number => recordsOf(agent.state).filter(({ kind }) => kind === "run").length;
async function works(): Promise<void> {
  const answer = await agent.request("/v1/runs", { body: { script: "40 + 2" } });
  expect(((await answer.json()) as { output: string }).output).toBe("42");
}

/** Sends it piece by piece and reads to the end of the connection, or so long as it may take. */
function sent(
  ...bytes: readonly Buffer[]
): Promise<{ readonly statuses: readonly number[]; readonly isOver: boolean }> {
  return new Promise((resolve) => {
    const socket = open(at);
    let said = "";
    const end = (isOver: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      const statuses = [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
      resolve({ statuses, isOver });
    };
    const late = setTimeout(() => end(false), PATIENCE_MS);
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => end(true));
    const write = (index: number): void => {
      const piece = bytes[index];
      if (piece === undefined)
        socket.end(); // What is incomplete is never completed.
      else socket.write(piece, () => setImmediate(write, index + 1));
    };
    write(0);
  });
}

async function inParallel(count: number, action: (index: number) => Promise<void>): Promise<void> {
  let index = 0;
  const worker = async () => {
    while (index < count) await action(index++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

test(`${MALFORMED} malformed requests`, async () => {
  const next = random(5);
  const touched = join(agent.path, "touched");
  const target = {
    host,
    bearer: `Authorization: Bearer ${agent.createToken({ name: "malformed", scope: "run" })}`,
    script: `write("${touched}", "x")`,
  };
  const counts = new Map<number, number>();
  let cut = 0;
  let asked = 0;
  const barrage = (until: number) =>
    inParallel(MALFORMED, async () => {
      if (asked >= until) return;
      const { bytes, count } = malformed(next, target);
      asked += count;
      const { statuses, isOver } = await sent(...pieces(next, bytes));
      for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
      if (!isOver) cut++;
    });
  await works();
  const before = runsSoFar();
  const opened = descriptors();
  // The first make the process as large as such requests make it.
  await barrage(MALFORMED / 2);
  const size = memory();
  await barrage(MALFORMED);
  expect(await settles(() => descriptors() <= opened + 2)).toBe(true);
  expect(await shrinks(() => memory() - size < 24 * MiB)).toBe(true);
  // Answers of ours, or of the parser; none of a fault, and none of a run.
  const known = [400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 431, 501, 505];
  expect([...counts.keys()].filter((status) => !known.includes(status))).toEqual([]);
  expect(counts.get(400)).toBeGreaterThan(1000);
  for (const status of [401, 403, 404, 405, 415, 431]) expect(counts.get(status)).toBeGreaterThan(50);
  expect(cut).toBe(0);
  expect([runsSoFar() - before, existsSync(touched)]).toEqual([0, false]);
  await works();
  // The same, without what is wrong with it.
  const body = JSON.stringify({ script: target.script });
  const headers = [host, target.bearer, "Content-Type: application/json", `Content-Length: ${body.length}`];
  const right = request("POST /v1/runs HTTP/1.1", headers, body);
  expect((await answerTo(at, right)).status).toBe(200);
  expect(existsSync(touched)).toBe(true);
}, 240_000);

test("slow clients", async () => {
  const before = runsSoFar();
  const open0 = descriptors();
  const size = memory();
  const sockets: Socket[] = [];
  const body = request(
    "POST /v1/runs HTTP/1.1",
    [host, bearer, "Content-Type: application/json", "Content-Length: 4000000"],
    "{",
  );
  for (let index = 0; index < 600; index++) {
    const socket = open(at);
    socket.on("error", () => undefined);
    socket.write(index % 3 === 0 ? body : index % 3 === 1 ? "GET /v1/status HTTP/1.1\r\nX: " : "");
    sockets.push(socket);
  }
  // Drop by drop, while others are served.
  for (let round = 0; round < 20; round++) {
    for (const socket of sockets) if (!socket.destroyed) socket.write(" ");
    await works();
  }
  expect(memory() - size).toBeLessThan(48 * MiB);
  for (const socket of sockets) socket.destroy();
  expect(await settles(() => descriptors() <= open0 + 2)).toBe(true);
  // The only runs were our own.
  expect(runsSoFar() - before).toBe(40);
}, 60_000);

test("slow readers of a large result", async () => {
  const script = 'let s = "x"; for i in 0..23 { s += s; } s';
  const run = (await (await agent.request("/v1/runs", { body: { script } })).json()) as {
    id: string;
    output: string;
  };
  expect(run.output.length).toBe(8 * MiB);
  const opened = descriptors();
  const size = memory();
  const sockets: Socket[] = [];
  let begun = 0;
  for (let index = 0; index < 100; index++) {
    const socket = open(at);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      begun++;
      socket.pause();
    });
    socket.write(request(`GET /v1/runs/${run.id} HTTP/1.1`, [host, bearer]));
    sockets.push(socket);
  }
  expect(await settles(() => begun === sockets.length)).toBe(true);
  // Each would hold all of it.
  expect(memory() - size).toBeLessThan(100 * MiB);
  // Who reads gets it whole, meanwhile.
  const read = (await (await agent.request(`/v1/runs/${run.id}`)).json()) as { output: string };
  expect(read.output === run.output).toBe(true);
  for (const socket of sockets) socket.destroy();
  expect(await settles(() => descriptors() <= opened + 2)).toBe(true);
  expect(await shrinks(() => memory() - size < 48 * MiB)).toBe(true);
}, 120_000);

test("headers that never end are cut off in time", async () => {
  const socket = open(at);
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write(`GET /v1/status HTTP/1.1\r\n${host}\r\nX: `);
  const drops = setInterval(() => socket.write("a"), 200);
  await closed;
  clearInterval(drops);
  await works();
}, 90_000);

test("a body that never ends is cut off in time, and its connection is told", async () => {
  const socket = open(at);
  socket.on("error", () => undefined);
  const headers = [host, bearer, "Content-Type: application/json", "Transfer-Encoding: chunked"];
  socket.write(request("POST /v1/runs HTTP/1.1", headers));
  const answer = new Promise<string>((resolve) => {
    socket.on("data", (chunk: Buffer) => resolve(chunk.toString()));
    socket.on("close", () => resolve("closed"));
  });
  const drops = setInterval(() => socket.write("1\r\n \r\n"), 200);
  expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"body_slow"/);
  clearInterval(drops);
  socket.destroy();
}, 60_000);

test("bodies over the limit, with and without a length", async () => {
  const large = `{"script":"${" ".repeat(5 * MiB)}"}`;
  const before = runsSoFar();
  const size = memory();
  const send = async () => {
    const headers = [host, bearer, "Content-Type: application/json", "Connection: close"];
    const chunks = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    const texts = [
      request("POST /v1/runs HTTP/1.1", [...headers, `Content-Length: ${large.length}`], large),
      request("POST /v1/runs HTTP/1.1", [...headers, "Transfer-Encoding: chunked"], chunks),
    ];
    for (const text of texts) expect((await sent(Buffer.from(text))).statuses).toEqual([413]);
  };
  await inParallel(32, send);
  expect(await shrinks(() => memory() - size < 24 * MiB)).toBe(true);
  expect(runsSoFar()).toBe(before);
  await works();
}, 120_000);

test("1,000 runs, one after the other, leave nothing", async () => {
  const run = async () => {
    await (await agent.request("/v1/runs", { body: { script: 'info("x"); 1' } })).json();
  };
  // All that is kept of the latest is kept after these.
  for (let count = 0; count < 1100; count++) await run();
  const size = memory();
  for (let count = 0; count < 1000; count++) await run();
  expect(memory() - size).toBeLessThan(16 * MiB);
}, 120_000);
