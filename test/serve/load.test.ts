/** Much of what is wrong, at once and slowly: the agent stays, runs nothing of it, and is as large as before. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { recordsOf } from "../../src/audit/testing.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { type Address, addressOf, open, request } from "./wire.ts";

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

/** The same numbers at each run of this test (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const BODY = '{"script":"1 + 1","arguments":{"a":{"stringValue":"x"}},"wait_ms":0}';
const PATHS = [
  "/v1/runs",
  "/v1/runs/run_x/events",
  "/v1/admin/kill",
  "/v1/approvals/x",
  "/v1/denials?limit=-1",
  "/%00",
  "/mcp",
];
const BYTES = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  " ",
  ":",
  "{",
  "}",
  '"',
  "\\",
  "%",
  "\x7f",
  "\xff",
  "é",
  "\t",
  "/",
  "-1",
];

/** A request that is right but for one thing or a few. */
function malformed(next: (below: number) => number): Buffer {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const isBroken = next(2) === 0;
  const body = isBroken
    ? mutated(BODY, next)
    : pick(["", "[", "null", '"', '{"script":1}', '{"script":"1","x":1}']);
  const headers = [
    ...(next(8) === 0 ? [] : [host]),
    ...(next(3) === 0 ? [bearer] : next(2) === 0 ? [] : ["Authorization: Bearer remit_wrong"]),
    ...(next(6) === 0 ? [] : ["Content-Type: application/json"]),
    pick([
      `Content-Length: ${body.length}`,
      `Content-Length: ${next(100)}`,
      "Transfer-Encoding: chunked",
      "X: y",
    ]),
    "Connection: close",
  ];
  const line = `${pick(["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "X"])} ${pick(PATHS)} HTTP/1.1`;
  const text = request(line, headers, body);
  // A body that is still right would be a run: without its token, it is none.
  const whole =
    text.includes(bearer) && line.includes("/v1/")
      ? mutated(text.replace(bearer, "X: y"), next)
      : mutated(text, next);
  return Buffer.from(whole, "latin1");
}

function mutated(text: string, next: (below: number) => number): string {
  let changed = text;
  for (let count = next(3); count >= 0; count--) {
    const where = next(changed.length);
    const what = BYTES[next(BYTES.length)] ?? "";
    changed = changed.slice(0, where) + what + changed.slice(where + next(2));
  }
  return changed;
}

/** Sends it and reads to the end of the connection; false if it had to be cut. */
function sent(bytes: Buffer): Promise<{ readonly status: number; readonly isOver: boolean }> {
  return new Promise((resolve) => {
    const socket = open(at);
    let first = "";
    const end = (isOver: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0), isOver });
    };
    const late = setTimeout(() => end(false), PATIENCE_MS);
    socket.on("data", (chunk: Buffer) => {
      if (first.length < 16) first += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => end(true));
    // What is incomplete is never completed.
    socket.end(bytes);
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
  const statuses = new Map<number, number>();
  let cut = 0;
  const barrage = (count: number) =>
    inParallel(count, async () => {
      const { status, isOver } = await sent(malformed(next));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!isOver) cut++;
    });
  await works();
  const open = descriptors();
  // The first make the process as large as such requests make it.
  await barrage(MALFORMED / 2);
  const size = memory();
  await barrage(MALFORMED / 2);
  expect(await settles(() => descriptors() <= open + 2)).toBe(true);
  expect(memory() - size).toBeLessThan(24 * MiB);
  // Answers of ours, or of the parser; none of a fault.
  const known = [0, 200, 204, 400, 401, 403, 404, 405, 406, 408, 411, 413, 414, 415, 431, 501, 505];
  expect([...statuses.keys()].filter((status) => !known.includes(status))).toEqual([]);
  expect(statuses.get(401)).toBeGreaterThan(100);
  expect(statuses.get(400)).toBeGreaterThan(1000);
  expect(cut).toBe(0);
  expect(runsSoFar()).toBe(2);
  await works();
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
    for (const text of texts) expect((await sent(Buffer.from(text))).status).toBe(413);
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
