/** The disk of a device is full, or may not be written to: its status names it, and what was in force stays so. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, until } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";

setDefaultTimeout(60_000);

const mount = (...args: readonly string[]): number | null => spawnSync("mount", args).status;
const unmount = (path: string): number | null => spawnSync("umount", [path]).status;

/** Whether this process may mount: a container may not let it. */
function tryMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const path = mkdtempSync(join(tmpdir(), "remit-mount-"));
  const can = mount("-t", "tmpfs", "remit-test", path) === 0 && unmount(path) === 0;
  rmSync(path, { recursive: true });
  return can;
}
const mounting = tryMount() ? test : test.skip;
const WITHOUT = mounting === test ? "" : "(as root, who may mount) ";

let team: Team;
let device: DeviceWorld;
let mounted: string[];
beforeEach(async () => {
  team = await Team.begin();
  device = new DeviceWorld(team);
  mounted = [];
});
afterEach(async () => {
  await device.end();
  for (const path of mounted) unmount(path);
  await device.remove();
  team.end();
});

/** A small disk there. */
function disk(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  expect(mount("-t", "tmpfs", "-o", "size=512k,mode=700", "remit-test", path)).toBe(0);
  mounted.push(path);
  return path;
}
function fill(file: string): void {
  expect(() => {
    for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: "a" });
  }).toThrow("ENOSPC");
}
const poll = () => device.begin("bundle", "poll").ended;
async function begin(): Promise<Agent> {
  team.release(bundle("old"));
  const agent = await device.device();
  expect(await poll()).toMatchObject({ status: 0 });
  return agent;
}
async function restart(agent: Agent): Promise<Agent> {
  agent.signal("SIGKILL");
  await agent.ended;
  return device.device();
}

/** The new bundle does not come; the status says why and what to do; what was allowed is, and what was denied is. */
async function expectOld(why: string): Promise<void> {
  const { status, stderr } = await poll();
  expect([status, stderr]).toEqual([1, expect.stringContaining(why)]);
  expect(stderr).toContain("state_unavailable: ");
  const shown = await device.status();
  expect(shown).toContain("bundle       old (shops/prod, APPLIED)\n             state_unavailable: ");
  expect(shown).toContain(why);
  expect(shown).toContain("             to do: look at the disk");
  expect(await device.inForce()).toEqual(["old", "denied"]);
}
async function expectNew(): Promise<void> {
  expect(await poll()).toMatchObject({ status: 0 });
  expect(await device.status()).not.toContain("state_unavailable");
  expect(await device.inForce()).toEqual(["new", "denied"]);
}

describe("the directory of bundles", () => {
  mounting(`${WITHOUT}is full, also at a start; then it has room`, async () => {
    const path = disk(device.at("bundle"));
    const agent = await begin();
    fill(`${path}/fill`);
    team.release(bundle("new"));
    await expectOld("No space left on device");
    await expectOld("No space left on device");
    await restart(agent);
    await expectOld("No space left on device");
    rmSync(`${path}/fill`);
    await expectNew();
  });

  mounting(`${WITHOUT}has room for what is trusted, and not for the bundle`, async () => {
    disk(device.at("bundle"));
    await begin();
    // What does not compress, and so needs the whole disk.
    const noise = Array.from({ length: 12 }, (_, at) => [
      `scripts/s${at}.rhai`,
      `// ${Buffer.from(crypto.getRandomValues(new Uint8Array(48_000))).toString("base64")}`,
    ]);
    team.release(bundle("new", "/usr", {}, Object.fromEntries(noise)));
    await expectOld("No space left on device");
    team.release(bundle("new"));
    await expectNew();
  });

  mounting(`${WITHOUT}may not be written to, also at a start; then it may`, async () => {
    const path = disk(device.at("bundle"));
    const agent = await begin();
    expect(mount("-o", "remount,ro", path)).toBe(0);
    team.release(bundle("new"));
    await expectOld("Read-only file system");
    await restart(agent);
    await expectOld("Read-only file system");
    expect(mount("-o", "remount,rw", path)).toBe(0);
    await expectNew();
  });
});

describe("the whole state directory", () => {
  mounting(`${WITHOUT}is full: the bundle stays, but nothing is done without a record of it`, async () => {
    const path = disk(device.state);
    const agent = await begin();
    fill(`${path}/fill`);
    team.release(bundle("new"));
    await restart(agent);
    expect((await poll()).stderr).toContain("state_unavailable");
    expect(await device.status()).toContain("bundle       old (shops/prod, APPLIED)");
    // A last record or two may find room.
    await until(
      async () => (await device.open("/usr")).includes("decision log cannot be written"),
      "a refusal",
    );
    rmSync(`${path}/fill`);
    await expectNew();
  });

  mounting(`${WITHOUT}may not be written to: no agent starts, and it says why; then it may`, async () => {
    const path = disk(device.state);
    const agent = await begin();
    agent.signal("SIGKILL");
    await agent.ended;
    expect(mount("-o", "remount,ro", path)).toBe(0);
    const refused = device.spawn("--config", device.configuration());
    expect((await refused.ended).code).toBe(1);
    expect(refused.said).toBe(
      `error: the state directory ${path} cannot be used: Read-only file system (os error 30)\n`,
    );
    expect(mount("-o", "remount,rw", path)).toBe(0);
    await device.device();
    expect(await device.inForce()).toEqual(["old", "denied"]);
  });
});
