/** The files by which one gets at the agent: only their owner does; row 73 of the attacks. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, AgentWorld } from "../support/agent.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { executable } from "../support/executable.ts";
import { answerTo, request } from "./wire.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const hasSetpriv = spawnSync("setpriv", ["--version"]).status === 0;

let agent: AgentProcess;
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
});
afterAll(() => agent.stop());

test("the directory, and what is in it, are their owner's alone", () => {
  expect(statSync(agent.state).mode & 0o777).toBe(0o700);
  const modes = readdirSync(agent.state).map((name) => [
    name,
    lstatSync(join(agent.state, name)).mode & 0o777,
  ]);
  expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
  expect(lstatSync(agent.socket).isSocket()).toBe(true);
});

test("the socket takes what its owner asks", async () => {
  const path = { path: agent.socket };
  const line = "GET /v1/status HTTP/1.1";
  const bearer = `Authorization: Bearer ${agent.token}`;
  expect((await answerTo(path, request(line, ["Host: agent", bearer]))).status).toBe(200);
  expect((await answerTo(path, request(line, ["Host: agent"]))).code).toBe("token_missing");
  expect((await answerTo(path, request(line, ["Host: agent", bearer, "Origin: http://x"]))).status).toBe(403);
});

const asOthers = isRoot && hasSetpriv ? test : test.skip;
asOthers(
  `${isRoot && hasSetpriv ? "" : "(as root, with setpriv) "}another account gets at none of them`,
  () => {
    // What it could do with the directory's own modes in its way, and without them.
    for (const mode of [0o700, 0o755]) {
      chmodSync(agent.path, 0o755);
      chmodSync(agent.state, mode);
      for (const name of ["remit.sock", "token", "tokens.json", "control", "policy.cedar"]) {
        const script = `
        const net = require("node:net"), fs = require("node:fs"), path = ${JSON.stringify(join(agent.state, name))};
        const done = (code) => { console.log(code); process.exit(0); };
        if (path.endsWith(".sock")) net.connect({ path }).on("connect", () => done("in")).on("error", (e) => done(e.code));
        else try { fs.openSync(path, "r"); done("in"); } catch (e) { done(e.code); }`;
        const as = ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups"];
        const { stdout } = spawnSync("setpriv", [...as, process.execPath, "-e", script], {
          cwd: "/",
          encoding: "utf8",
        });
        expect([name, stdout.trim()]).toEqual([name, "EACCES"]);
      }
    }
    chmodSync(agent.state, 0o700);
  },
);

test("whatever files are made with, these are their owner's alone", async () => {
  const world = new AgentWorld();
  const serve = `umask 0; exec "${executable()}" serve --state "${world.state}"`;
  const child = spawn("/bin/sh", ["-c", serve], { stdio: ["ignore", "ignore", "pipe"] });
  const own = world.adopt(new Agent(child));
  await own.says("takes scripts");
  const modes = [world.state, ...readdirSync(world.state).map((name) => join(world.state, name))].map(
    (path) => [path, lstatSync(path).mode & 0o077] as const,
  );
  expect(modes.filter(([, mode]) => mode !== 0)).toEqual([]);
  await world.remove();
});

test("the first token is there before it is good for anything", async () => {
  const world = new AgentWorld();
  // A directory in its place: the start fails, and leaves no token that nobody knows.
  mkdirSync(join(world.state, "token"), { recursive: true, mode: 0o700 });
  refusal(world.state);
  expect(readdirSync(world.state)).not.toContain("tokens.json");
  rmdirSync(join(world.state, "token"));
  await world.start();
  expect((await world.ask("GET", "/v1/status")).status).toBe(200);
  await world.remove();
});

test("tokens that cannot be read make nobody unknown, and it is said what to do", async () => {
  const world = new AgentWorld();
  const own = await world.start();
  const path = join(world.state, "tokens.json");
  const tokens = readFileSync(path);
  writeFileSync(path, tokens.subarray(0, 40));
  const { status, body } = await world.ask("GET", "/v1/status");
  expect([status, body.code]).toEqual([503, "tokens_unreadable"]);
  expect(world.call("token", "list").stderr).toStartWith(
    "error: tokens.json in the state directory cannot be read",
  );
  own.signal("SIGTERM");
  expect((await own.ended).code).toBe(0);
  expect(refusal(world.state)).toContain("put it back, or remove it and make tokens anew");
  writeFileSync(path, tokens);
  await world.start();
  expect((await world.ask("GET", "/v1/status")).status).toBe(200);
  await world.remove();
});

/** Starts an agent that must not start, and returns what it says. */
function refusal(state: string, more: readonly string[] = []): string {
  const { status, stderr } = spawnSync(executable(), ["serve", "--state", state, ...more], {
    encoding: "utf8",
    timeout: 20_000,
    env: { PATH: "/usr/bin:/bin" },
  });
  expect(status).toBe(1);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
  return stderr;
}

test("a directory that others can get into is not taken", () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-files-")));
  try {
    for (const mode of [0o755, 0o770, 0o701]) {
      chmodSync(path, mode);
      expect(refusal(path)).toContain("is open to others");
    }
  } finally {
    rmSync(path, { recursive: true });
  }
});

test("a socket is not put where others could put theirs", () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-files-")));
  try {
    for (const mode of [0o777, 0o770, 0o722]) {
      mkdirSync(join(path, "open"));
      chmodSync(join(path, "open"), mode);
      const said = refusal(join(path, "state"), ["--socket", join(path, "open/remit.sock")]);
      expect(said).toContain(`others may write to ${join(path, "open")}`);
      rmdirSync(join(path, "open"));
    }
  } finally {
    rmSync(path, { recursive: true });
  }
});

const asRoot = isRoot ? test : test.skip;
asRoot(`${isRoot ? "" : "(as root) "}a directory of somebody else is not taken`, () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-files-")));
  try {
    chmodSync(path, 0o700);
    chownSync(path, NOBODY, NOBODY);
    expect(refusal(path)).toContain("belongs to another user");
    expect(readdirSync(path)).toEqual([]);
  } finally {
    rmSync(path, { recursive: true });
  }
});

test("what is in the socket's place stays, unless it is a socket", () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-files-")));
  try {
    const victim = join(path, "victim");
    writeFileSync(victim, "kept");
    mkdirSync(join(path, "state"), { mode: 0o700 });
    const socket = join(path, "state/remit.sock");
    symlinkSync(victim, socket);
    refusal(join(path, "state"));
    expect(lstatSync(socket).isSymbolicLink()).toBe(true);
    expect([statSync(victim).mode & 0o111, statSync(victim).size]).toEqual([0, 4]);
    rmSync(socket);
    symlinkSync(join(path, "nothing"), socket);
    refusal(join(path, "state"));
    expect(readdirSync(path).sort()).toEqual(["state", "victim"]);
    rmSync(socket);
    writeFileSync(socket, "a file");
    refusal(join(path, "state"));
    expect(statSync(socket).size).toBe(6);
  } finally {
    rmSync(path, { recursive: true });
  }
});
