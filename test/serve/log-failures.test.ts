/** The decision log cannot be written, for every reason that there is: nothing is done, and all goes on when it can be; row 93 of the attacks. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { recordsOf } from "../../src/audit/testing.ts";
import { fileLock } from "../../src/platform/file-lock.ts";
import { Agent, AgentWorld, until } from "../support/agent.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);

const ALLOW = "permit(principal, action, resource);";
let world: AgentWorld;
let target: string;
let log: string;
beforeEach(() => {
  world = new AgentWorld();
  target = join(world.path, "target");
  log = join(world.state, "decisions.00000001.jsonl");
});
afterEach(() => world.remove());

const write = () => world.ask("POST", "/v1/runs", { script: `write("${target}", "x"); 1` });
async function expectRefused(): Promise<void> {
  const { status, body } = await write();
  // Refused at once, or where its first decision could not be recorded.
  if (status === 200) expect(body.error.message).toContain("the decision log cannot be written");
  else expect([status, body.code, body.retryable]).toEqual([503, "audit_unavailable", true]);
  expect(existsSync(target)).toBe(false);
}
async function expectDone(): Promise<void> {
  expect((await write()).body).toMatchObject({ state: "succeeded", output: "1" });
  expect(readFileSync(target, "utf8")).toBe("x");
  rmSync(target);
}
/** A last record or two may find room: then what they allow is done. */
async function untilRefused(): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    const { status, body } = await write();
    if (status === 200 && body.state === "succeeded") rmSync(target);
    else return expectRefused();
  }
  throw new Error("it was never refused");
}
/** Makes a file immutable, or no more; whether that can be done. */
const immutable = (path: string, on: boolean): boolean =>
  spawnSync("chattr", [on ? "+i" : "-i", path], { stdio: "ignore" }).status === 0;

function noChattr(): string {
  const probe = join(mkdtempSync(join(tmpdir(), "remit-chattr-")), "probe");
  writeFileSync(probe, "");
  const can = immutable(probe, true) && immutable(probe, false);
  rmSync(dirname(probe), { recursive: true });
  return can ? "" : " (skipped: chattr can make no file immutable here)";
}
const NO_CHATTR = noChattr();

const start = () => world.start("--policy", world.file("p.cedar", ALLOW));

describe("another thing is where the log was", () => {
  test("a directory", async () => {
    await start();
    await expectDone();
    rmSync(log);
    mkdirSync(log);
    for (let tries = 0; tries < 3; tries++) await expectRefused();
    expect((await world.ask("GET", "/readyz")).body.code).toBe("not_ready");
    // What stops everything needs no record; what lets it go on does.
    expect((await world.ask("POST", "/v1/admin/kill", {})).body.killed).toBe(true);
    expect((await world.ask("POST", "/v1/admin/resume")).body.code).toBe("audit_unavailable");
    // Nor does the owner of the state directory let it go on unseen, without the agent's help.
    expect(world.call("resume")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("the decision log cannot be written"),
    });
    expect((await write()).body.code).toBe("killed");
    expect(world.call("token", "create", "unseen")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error: the decision log cannot be written/),
    });
    rmdirSync(log);
    expect((await world.ask("POST", "/v1/admin/resume")).body.killed).toBe(false);
    await expectDone();
  });

  test.skipIf(NO_CHATTR !== "")(`one that was made immutable${NO_CHATTR}`, async () => {
    await start();
    await expectDone();
    expect(immutable(log, true)).toBe(true);
    try {
      await expectRefused();
      expect((await world.ask("GET", "/readyz")).body.code).toBe("not_ready");
    } finally {
      immutable(log, false);
    }
    expect((await world.ask("GET", "/readyz")).status).toBe(204);
    await expectDone();
  });

  test("nothing: it goes on in a new file, in the same chain", async () => {
    await start();
    await expectDone();
    const last = recordsOf(world.state).at(-1)?.seq ?? 0;
    rmSync(log);
    await expectDone();
    expect(recordsOf(world.state)[0]?.seq).toBe(last + 1);
    truncateSync(log);
    await expectDone();
    expect(recordsOf(world.state)[0]?.seq).toBeGreaterThan(last + 1);
  });

  test("the state directory is gone", async () => {
    const agent = await start();
    await expectDone();
    const token = world.token();
    renameSync(world.state, join(world.path, "moved"));
    const socket = join(world.path, "moved/remit.sock");
    const response = await fetch("http://localhost/v1/runs", {
      method: "POST",
      unix: socket,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ script: `write("${target}", "x")` }),
    });
    // It has the directory, not its name.
    expect([response.status, existsSync(target)]).toEqual([200, true]);
    rmSync(target);
    rmSync(join(world.path, "moved"), { recursive: true });
    agent.signal("SIGTERM");
    expect((await agent.ended).code).toBe(0);
  });
});

test("a process that never gives its lock back: what waits for it is refused, and the agent goes on", async () => {
  const agent = await start();
  await expectDone();
  const lock = openSync(join(world.state, "decisions.lock"), "r+");
  fileLock().take(lock);
  try {
    const { status, body } = await write();
    expect([status, body.code]).toEqual([503, "audit_unavailable"]);
    expect(body.detail).toContain("another process, which may have been stopped, has had its lock for");
    expect((await world.ask("GET", "/v1/status")).status).toBe(200);
    expect((await world.ask("POST", "/v1/admin/kill", {})).body.killed).toBe(true);
    expect(existsSync(target)).toBe(false);
  } finally {
    closeSync(lock);
  }
  expect((await world.ask("POST", "/v1/admin/resume", {})).body.killed).toBe(false);
  await expectDone();
  agent.signal("SIGTERM");
  expect((await agent.ended).code).toBe(0);
});

test("a runner that stands still while it writes is ended in its time, and the agent goes on", async () => {
  await start();
  const script = `for number in 0..1_000_000 { try { cat("/nowhere-" + number) } catch { } }`;
  // Now and then it is stopped with the lock in its hands.
  for (let tries = 0; tries < 2; tries++) {
    const { body } = await world.ask("POST", "/v1/runs", { script, wait_ms: 0, timeout_ms: 500 });
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    await Bun.sleep(100 + tries);
    const { stdout } = spawnSync("pgrep", ["-f", `^remit runner --state ${world.state} `], {
      encoding: "utf8",
    });
    for (const pid of stdout.trim().split("\n")) process.kill(Number(pid), "SIGSTOP");
    const { body: over } = await world.ask("GET", `/v1/runs/${body.id}?wait_ms=20000`);
    expect(over.state).toBe("lost");
    await expectDone();
  }
});

/** Starts the agent with a bound on the size of files (RLIMIT_FSIZE), in blocks of 512 bytes. */
async function startBounded(blocks: number): Promise<void> {
  const serve = `ulimit -f ${blocks}; exec "${executable()}" serve --state "${world.state}" --policy "${world.file("p.cedar", ALLOW)}"`;
  const child = spawn("/bin/sh", ["-c", serve], {
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const agent = world.adopt(new Agent(child));
  await until(() => agent.said.includes("takes scripts"), `the agent to start; it says ${agent.said}`);
}

test("files may not get larger: the run ends before its effect, and the agent stays", async () => {
  await startBounded(8);
  await untilRefused();
  // What was written is whole.
  expect(recordsOf(world.state).length).toBeGreaterThan(2);
  expect((await world.ask("GET", "/v1/status")).status).toBe(200);
});

const canMount = process.getuid?.() === 0 && spawnSync("mount", ["--version"]).status === 0;
const onFullDisk = canMount ? test : test.skip;
onFullDisk(
  `${canMount ? "" : "(as root) "}the disk is full: nothing is done, but all is stopped by who wants it`,
  async () => {
    mkdirSync(world.state, { mode: 0o700 });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=700", "remit-test", world.state]);
    // A container may not let it.
    if (mounted.status !== 0) return;
    try {
      await start();
      await expectDone();
      const fill = join(world.state, "fill");
      try {
        for (;;) writeFileSync(fill, Buffer.alloc(4096), { flag: "a" });
      } catch {
        // It is full.
      }
      await untilRefused();
      expect(world.call("kill", "--reason", "full").stdout).toStartWith("everything is stopped");
      expect(world.call("status").stdout).toContain("kill switch  on: full\n");
      expect((await write()).body.code).toBe("killed");
      rmSync(fill);
      expect(world.call("resume").status).toBe(0);
      await expectDone();
      // The chain holds.
      expect(recordsOf(world.state).length).toBeGreaterThan(5);
    } finally {
      await world.end();
      spawnSync("umount", [world.state]);
    }
  },
);
