/** `remit page`: the way from a shell on this host to the operator page. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { AgentWorld, until } from "../support/agent.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);

const IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((found) => found?.address === "::1");
const LISTEN = ["--listen", "127.0.0.1:0"];

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

/** What the page's script does with the address. */
function logIn(address: string): Promise<Response> {
  const { origin, hash } = new URL(address);
  const headers = {
    origin,
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
    "content-type": "application/json",
    authorization: `Bearer ${hash.slice(1)}`,
  };
  return fetch(`${origin}/page/login`, { method: "POST", headers });
}

test("prints an address that logs in once, and how it is reached from elsewhere", async () => {
  await world.start(...LISTEN);
  const { status, stdout, stderr } = world.call("page");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}\n$/);
  const { port } = new URL(stdout);
  expect(stderr).toBe(
    `good for one login within 60 seconds; from another machine: ssh -L ${port}:127.0.0.1:${port} HOST\n`,
  );
  expect((await logIn(stdout.trim())).status).toBe(200);
  expect((await logIn(stdout.trim())).status).toBe(401);
  expect(JSON.parse(world.call("status", "--json").stdout)).toMatchObject({ page_sessions: 1 });
});

test.skipIf(!IPV6)(
  `prints the address of IPv6 where the agent has that${IPV6 ? "" : " (skipped: no IPv6)"}`,
  async () => {
    await world.start("--listen", "[::1]:0");
    const { stdout, stderr } = world.call("page");
    const { port } = new URL(stdout);
    expect(stdout).toStartWith(`http://[::1]:${port}/#`);
    expect(stderr).toContain(`ssh -L ${port}:[::1]:${port} HOST`);
    expect((await logIn(stdout.trim())).status).toBe(200);
  },
);

test("says how an agent without a port gets one", async () => {
  await world.start();
  const { status, stdout, stderr } = world.call("page");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "error: The agent takes no requests at a port: start it with `remit serve --listen 127.0.0.1:7077`\n",
  );
});

test("is for administrators", async () => {
  await world.start(...LISTEN);
  const runner = world.file("runner", world.call("token", "create", "runner").stdout);
  const { status, stdout, stderr } = world.call("page", "--token-file", runner);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("this takes the scope admin");
});

/** Calls `remit page --open` on a desktop that opens files with `opener`, a shell script. */
function callOnDesktop(opener: string) {
  const path = join(world.path, "bin");
  world.executable("bin/xdg-open", `#!/bin/sh\n${opener}\n`);
  const child = spawn(executable(), ["page", "--open", "--state", world.state], {
    env: { PATH: `${path}:/usr/bin:/bin` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { ended, child, said: () => stdout.trim() };
}
const loginFiles = (): readonly string[] =>
  readdirSync(world.state).filter((name) => name.startsWith("login-"));

test("opens a browser by a file that others cannot read, which goes after the login", async () => {
  await world.start(...LISTEN);
  const arguments_ = join(world.path, "arguments");
  const { ended, said } = callOnDesktop(`echo "$@" > ${arguments_}.new; mv ${arguments_}.new ${arguments_}`);
  await until(() => readdirSync(world.path).includes("arguments"), "the browser to be opened");
  const file = readFileSync(arguments_, "utf8").trim();
  const [, code = "none"] = said().split("#");
  expect(file).toStartWith(`${world.state}/login-`);
  expect(file).not.toContain(code);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [, address = ""] = /url=([^"]*)"/.exec(readFileSync(file, "utf8")) ?? [];
  expect(address).toBe(said());
  expect((await logIn(address)).status).toBe(200);
  expect(await ended).toBe(0);
  expect(loginFiles()).toEqual([]);
});

test("leaves no file behind when it is interrupted, or there is no browser", async () => {
  await world.start(...LISTEN);
  const { ended, child } = callOnDesktop("exit 0");
  await until(() => loginFiles().length === 1, "the file");
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(loginFiles()).toEqual([]);
  const none = callOnDesktop("exit 3");
  expect(await none.ended).toBe(1);
  expect(none.said()).toMatch(/^http:/);
  expect(loginFiles()).toEqual([]);
});
