import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentError, Tokens } from "../../agent/index.ts";
import { close, openDirectory } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { createApp } from "../app.ts";
import type { Served } from "../context.ts";
import { Sessions } from "../sessions.ts";

const ORIGIN = "http://[::1]:7077";
const FETCH = {
  host: "[::1]:7077",
  "content-type": "application/json",
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "cors",
  "sec-fetch-dest": "empty",
};

let path: string;
let directory: number;
let token: string;
let now = 0;
let isLogWritable: boolean;
let served: Served;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-page-")));
  directory = openDirectory(path);
  const tokens = new Tokens(directory);
  token = tokens.create({ name: "administrator", scope: "admin", autonomy: 4, groups: [] });
  isLogWritable = true;
  const agent = {
    pageLogin() {
      if (!isLogWritable) throw new AgentError("audit_unavailable", "the disk is full");
    },
  };
  // The routes of the page ask the agent for nothing else.
  served = { agent, tokens, sessions: new Sessions(() => now), version: "0" } as unknown as Served;
});
afterEach(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

const app = (port: number | undefined, origin: string | undefined) => createApp(served, port, origin);
async function ask(to: ReturnType<typeof app>, target: string, headers: { readonly [name: string]: string }) {
  const method = target.startsWith("/page/") || target.includes("admin") ? "POST" : "GET";
  const answer = await to.request(target, { method, headers });
  const body = (await answer.json()) as { code: string; key: string; address: string; detail: string };
  return { status: answer.status, body, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
}
const ticket = () =>
  ask(app(undefined, ORIGIN), "/v1/admin/page", {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
  });
const logIn = (code: string) =>
  ask(app(7077, ORIGIN), "/page/login", { ...FETCH, origin: ORIGIN, authorization: `Bearer ${code}` });

test("a code of the socket is good at the port, which may be of IPv6, for its time", async () => {
  const { body } = await ticket();
  expect(body.address).toBe(`${ORIGIN}/`);
  now += LIMITS.loginCodeMs - 1;
  expect((await logIn(body.code)).status).toBe(200);
  const late = (await ticket()).body.code;
  now += LIMITS.loginCodeMs;
  expect((await logIn(late)).body).toMatchObject({
    code: "login_code_unknown",
    next_steps: ["run `remit page` on this host, and open the address that it prints"],
  });
});

test("a session that is over is told from none", async () => {
  const { body, cookie } = await logIn((await ticket()).body.code);
  const caller = () =>
    ask(app(7077, ORIGIN), "/v1/caller", { ...FETCH, cookie, "remit-session-key": body.key });
  expect((await caller()).status).toBe(200);
  now += LIMITS.pageIdleMs;
  expect(await caller()).toMatchObject({ status: 401, body: { code: "session_unknown" } });
});

test("whose login cannot be remembered is not logged in", async () => {
  const { code } = (await ticket()).body;
  isLogWritable = false;
  expect(await logIn(code)).toMatchObject({ status: 503, body: { code: "audit_unavailable" }, cookie: "" });
  expect(served.sessions.count).toBe(0);
  isLogWritable = true;
  expect((await logIn(code)).body.code).toBe("login_code_unknown");
  expect((await logIn((await ticket()).body.code)).status).toBe(200);
});

test("an agent without a port has no page, and says how it gets one", async () => {
  const answer = await ask(app(undefined, undefined), "/v1/admin/page", {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
  });
  expect(answer).toMatchObject({ status: 409, body: { code: "page_unavailable" } });
  expect(answer.body.detail).toContain("--listen 127.0.0.1:7077");
});

test("the source has the page, too", async () => {
  const get = async (target: string) =>
    (await app(7077, ORIGIN).request(target, { headers: { host: FETCH.host } })).text();
  expect(await get("/")).toStartWith("<!doctype html>");
  expect(await get("/page.css")).toContain("color-scheme");
  expect(await get("/page.js")).toContain("/v1/status");
});
