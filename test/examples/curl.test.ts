/** `examples/curl`: the script on a real agent, and when the agent refuses. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AgentWorld } from "../support/agent.ts";
import { placed, text } from "./files.ts";
import { sectionsOf } from "./service.ts";

setDefaultTimeout(60_000);

const NO_CURL = spawnSync("curl", ["--version"]).status === 0 ? "" : " (skipped: no curl)";
const LOG = "ERROR job 7 failed\nERROR job 9 failed\n";

const world = new AgentWorld();
const base = join(world.path, "example");
const token = join(world.path, "curl.token");
let seen: ReturnType<typeof sectionsOf> = {};
let ended: ReturnType<typeof run>;

/** Runs the script in a shell whose curl first writes down its arguments. */
function run(tokenFile = token) {
  const script = world.file("runs.sh", placed(text("curl/runs.sh"), { "/tmp/remit-example": base }));
  world.executable(
    "tools/curl",
    `#!/bin/sh\necho "$@" >>${world.path}/arguments\nPATH=/usr/bin:/bin exec curl "$@"\n`,
  );
  return spawnSync("sh", [script, world.socket, tokenFile], {
    encoding: "utf8",
    env: { PATH: `${world.path}/tools:/usr/bin:/bin`, http_proxy: "http://127.0.0.1:9" },
  });
}

/** The last line of a section, which is an answer. */
const answer = (section: string) => JSON.parse(seen[section]?.trim().split("\n").at(-1) ?? "");

describe.skipIf(NO_CURL !== "")(`runs.sh${NO_CURL}`, () => {
  beforeAll(async () => {
    mkdirSync(join(base, "logs"), { recursive: true });
    writeFileSync(join(base, "logs/worker.log"), LOG);
    const policy = placed(text("curl/policy.cedar"), { "/tmp/remit-example": base });
    await world.start("--policy", world.file("policy.cedar", policy));
    writeFileSync(token, world.call("token", "create", "curl", "--autonomy", "2").stdout);
    ended = run();
    seen = sectionsOf(ended.stdout);
  });
  afterAll(() => world.remove());

  test("ends well", () => {
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 0, stderr: "" });
    expect(answer("how the agent is")).toMatchObject({ killed: false });
  });

  test("runs with an argument", () => {
    expect(answer("a run, and its argument")).toMatchObject({ state: "succeeded", output: "2" });
  });

  test("runs once only, however often it asks", () => {
    const [first, again] = (seen["a run that is done once, however often it is sent"] ?? "")
      .trim()
      .split("\n");
    expect(first).toContain('"state":"succeeded"');
    expect(again).toBe(first ?? "");
  });

  test("asks before, dry, and is denied; nothing is changed", () => {
    expect(answer("what the policy says, before anything is done")).toMatchObject({
      decision: "deny",
      policies: ["logs stay as they are"],
    });
    const { denials } = answer("a dry run: what it would do, and would be allowed to do");
    expect(denials).toMatchObject([{ reason: "dry_run", policies: ["write reports"] }]);
    const denied = answer("a denial: it is in the result of a run, and says which policy denied");
    expect(denied).toMatchObject({ state: "failed", denials: [{ reason: "forbidden" }] });
    expect(answer("what was denied, the latest first").denials).toMatchObject([{ run: denied.id }]);
    expect(existsSync(join(base, "report.txt"))).toBe(false);
    expect(readFileSync(join(base, "logs/worker.log"), "utf8")).toBe(LOG);
  });

  test("follows a run", () => {
    const events = seen["a longer run, followed to its end"] ?? "";
    expect(events.match(/step \d/g)).toEqual(["step 1", "step 2", "step 3"]);
    expect(events).toContain("event: end");
  });

  test("cancels a run", () => {
    expect(answer("a run that is cancelled")).toMatchObject({ state: "cancelled" });
  });

  test("shows the token to nobody", () => {
    const secret = readFileSync(token, "utf8").trim();
    const calls = readFileSync(join(world.path, "arguments"), "utf8");
    expect(calls).toContain("/v1/runs");
    expect(calls).not.toContain(secret);
    expect(ended.stdout).not.toContain(secret);
  });

  test("ends with the problem where the agent refuses", () => {
    const unknown = run(world.file("unknown.token", "remit_unknown\n"));
    expect(unknown.status).toBe(22);
    expect(unknown.stdout).toContain('"code":"token_unknown"');
    world.call("kill", "--reason", "a test");
    const killed = run();
    world.call("resume");
    expect(killed.status).toBe(22);
    expect(killed.stdout).toContain('"code":"killed"');
    expect(killed.stdout).not.toContain("a denial");
  });
});
