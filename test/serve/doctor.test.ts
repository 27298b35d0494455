/** What `remit doctor` finds: each fault is made, and each is gone when it is mended. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AgentWorld } from "../support/agent.ts";

setDefaultTimeout(60_000);

interface Line {
  readonly name: string;
  readonly state: string;
  readonly found: string;
  readonly advice?: string;
}

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

function doctor(...options: string[]) {
  const { status, stdout } = world.call("doctor", "--json", ...options);
  const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: readonly Line[] };
  return { status, healthy, of: (name: string) => checks.find((line) => line.name === name), checks };
}

test("before the first start nothing is wrong", () => {
  const { status, healthy, of, checks } = doctor();
  expect({ status, healthy }).toEqual({ status: 0, healthy: true });
  expect(of("state directory")).toMatchObject({ state: "ok", found: "not there yet; remit serve makes it" });
  expect(of("agent")).toMatchObject({ state: "warn" });
  for (const { state, advice } of checks) expect(advice === undefined).toBe(state === "ok");
});

test("with an agent and a policy", async () => {
  await world.start("--policy", world.file("p.cedar", "permit(principal, action, resource);"));
  const { status, of } = doctor();
  expect(status).toBe(0);
  for (const name of ["state directory", "state writable", "disk", "policy", "kill switch", "agent", "ffi"]) {
    expect(of(name)).toMatchObject({ state: "ok" });
  }
  world.call("kill", "--reason", "test");
  expect(doctor().of("kill switch")).toMatchObject({ state: "warn", found: "on: test" });
  world.call("resume");
  expect(doctor().of("kill switch")).toMatchObject({ state: "ok" });
});

test("a policy that holds, but does not pass strict validation", async () => {
  const path = world.file("p.cedar", 'forbid(principal, action == file_system::Action::"raed", resource);');
  await world.start("--policy", path);
  expect(doctor().of("policy")).toMatchObject({
    state: "warn",
    found: expect.stringMatching(/^revision [0-9a-f]{16}; \d findings of strict validation$/),
    advice: `remit validate -p ${world.state}/policy.cedar shows them`,
  });
  expect(doctor().healthy).toBe(true);
  writeFileSync(join(world.state, "policy.cedar"), "forbid(");
  expect(doctor()).toMatchObject({ status: 1, healthy: false });
});

test("a state directory that is named from the directory that one is in", async () => {
  await world.start();
  const { status, stdout } = world.callPlain("doctor", "--json", "--state", "state");
  expect(status).toBe(0);
  for (const { name, found } of JSON.parse(stdout).checks) {
    if (name === "state directory") expect(found).toBe(`${world.state} is this user's alone`);
  }
  expect(world.callPlain("status", "--state", "state")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("\npolicy       none: everything is denied\n"),
  });
  expect(world.callPlain("status", "--state", "other").status).toBe(1);
});

test("lines for people", () => {
  const { stdout } = world.call("doctor");
  expect(stdout).toMatch(/^ok {4}configuration +\S/);
  expect(stdout).toMatch(/\nwarn {2}agent +none at .*\n {6}→ start it \(remit serve\)\n/);
});

test("a state directory that others can open", () => {
  mkdirSync(world.state, { mode: 0o700 });
  expect(doctor().of("state directory")).toMatchObject({ state: "ok" });
  chmodSync(world.state, 0o755);
  const { status, healthy, of } = doctor();
  expect({ status, healthy }).toEqual({ status: 1, healthy: false });
  expect(of("state directory")).toMatchObject({
    state: "fail",
    found: `${world.state} is open to others (mode 755)`,
  });
  expect(of("state directory")?.advice).toContain("chmod");
});

test("a file in it that others can read", () => {
  mkdirSync(world.state, { mode: 0o700 });
  writeFileSync(join(world.state, "token"), "secret", { mode: 0o644 });
  const { status, of } = doctor();
  expect(status).toBe(0);
  expect(of("state directory")).toMatchObject({
    state: "warn",
    found: `${world.state}/token is open to others (mode 644)`,
  });
});

test("something else where the state directory should be", () => {
  writeFileSync(world.state, "");
  const { status, of } = doctor();
  expect(status).toBe(1);
  expect(of("state directory")).toMatchObject({ state: "fail" });
  expect(of("state directory")?.found).toContain("Not a directory");
});

test("a configuration that cannot be used", () => {
  const { status, checks } = doctor("--config", world.file("remit.toml", "sate = 1"));
  expect(status).toBe(1);
  expect(checks).toMatchObject([{ name: "configuration", state: "fail" }]);
  expect(doctor("--config", world.file("remit.toml", "")).status).toBe(0);
});

test("less room than the decision log may take", () => {
  mkdirSync(world.state, { mode: 0o700 });
  const config = world.file("remit.toml", `[decision_log]\nmax_bytes = ${2 ** 50}`);
  expect(doctor("--config", config).of("disk")).toMatchObject({ state: "warn" });
});
