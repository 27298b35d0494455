/** An agent is killed wherever an update changes its disk, and files that just got their names are lost; row 90 of the attacks. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Agent } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";
import { Lanes } from "../support/lanes.ts";

setDefaultTimeout(120_000);

const canTrace = spawnSync("/bin/sh", ["-c", "sleep 0.2 & exec strace -o /dev/null -p $!"]).status === 0;
const tracing = canTrace ? test.concurrent : test.skip;
const WITHOUT = canTrace ? "" : "(with strace, and leave to trace) ";

const lanes = new Lanes();
const team = await Team.begin();
const before = new DeviceWorld(team);
afterAll(async () => {
  await before.remove();
  team.end();
});

const end = async (agent: Agent): Promise<void> => {
  agent.signal("SIGTERM");
  await agent.ended;
};

/** A device as another one is now. */
function copyOf(other: DeviceWorld): DeviceWorld {
  const device = new DeviceWorld(team);
  cpSync(other.state, device.state, { recursive: true, filter: (path) => !statSync(path).isSocket() });
  return device;
}

/**
 * What changes the state directory, as strace tells it: a new name, a name less. Between two of these a file is written that has
 * no name yet, and other threads force it to the disk.
 */
const CHANGES = ["renameat2", "unlinkat"] as const;
type Change = (typeof CHANGES)[number];

/**
 * Polls, and tells what changed on the way, a line each; `kill` is sent at the beginning of a change instead of it. Only the
 * thread that writes is traced.
 */
async function update(device: DeviceWorld, kill?: string): Promise<readonly string[]> {
  const agent = await device.device();
  const log = join(device.path, "changes");
  const paths = ["-P", device.state, "-P", device.at("bundle")];
  const inject = kill === undefined ? [] : ["-e", `inject=${kill}`];
  const args = ["-e", `trace=${CHANGES.join()}`, ...inject, ...paths, "-o", log, "-p", `${agent.pid}`];
  const tracer = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const traced = new Promise((resolve) => tracer.on("close", resolve));
  await new Promise((resolve) => tracer.stderr.once("data", resolve));
  await device.begin("bundle", "poll").ended;
  if (kill === undefined) await end(agent);
  expect((await agent.ended).signal).toBe(kill === undefined ? null : "SIGKILL");
  await traced;
  const lines = readFileSync(log, "utf8").split("\n");
  return lines.filter((line) => CHANGES.some((change) => line.startsWith(`${change}(`)));
}

/** The file of the state directory that the last change of name was about. */
function renamed(changes: readonly string[]): string {
  const [, name = ""] =
    /"([^"]+)", 0\) = 0$/.exec(changes.findLast((line) => line.startsWith("rename")) ?? "") ?? [];
  return name === "policy.bundle" ? name : `bundle/${name}`;
}

/** A start without anything done by hand: what holds, and that it goes on to the new one. */
async function goesOn(device: DeviceWorld): Promise<string> {
  const agent = await device.device();
  expect(agent.said).not.toContain("no bundle is in force");
  const [revision, other] = await device.inForce();
  expect(other).toBe("denied");
  expect(await device.begin("bundle", "poll").ended).toMatchObject({ status: 0 });
  expect(await device.inForce()).toEqual(["new", "denied"]);
  expect(readdirSync(device.at("bundle")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  return revision;
}

const using = <T>(device: DeviceWorld, use: (device: DeviceWorld) => Promise<T>): Promise<T> =>
  use(device).finally(() => device.remove());

const agent = await before.device();
for (const revision of ["older", "last"]) {
  team.release(bundle(revision));
  await before.begin("bundle", "poll").ended;
}
await end(agent);
team.repository.publish("root");
team.release(bundle("new"));

/** The changes of an update: kind by kind, how many. */
const changes = canTrace ? await using(copyOf(before), (device) => update(device)) : [];
const count = (change: Change): number => changes.filter((line) => line.startsWith(`${change}(`)).length;
const points = CHANGES.flatMap((change) =>
  Array.from({ length: Math.max(count(change), canTrace ? 0 : 1) }, (_, at) => [change, at + 1] as const),
);

describe(`${WITHOUT}killed at`, () => {
  const found = new Set<string>();

  tracing.each(points)("%s %d: the last one holds or the new one", async (change, at) => {
    await lanes.run(() =>
      using(copyOf(before), async (device) => {
        const done = await update(device, `${change}:signal=KILL:when=${at}`);
        const file = renamed(done);
        // What has its name may be forced to the disk or not: it is there, empty, or half of it.
        const shares = change === "renameat2" && existsIn(device, file) ? [1, 0, 0.5] : [1];
        for (const share of shares) {
          await using(copyOf(device), async (left) => {
            const path = left.at(file);
            if (share < 1) truncateSync(path, Math.floor(statSync(path).size * share));
            const revision = await goesOn(left);
            expect(["last", "new"]).toContain(revision);
            found.add(revision);
          });
        }
      }),
    );
  });

  (canTrace ? test : test.skip)("some point: there were both", () => {
    expect([points.length > 12, [...found].sort()]).toEqual([true, ["last", "new"]]);
  });
});

function existsIn(device: DeviceWorld, file: string): boolean {
  return statSync(device.at(file), { throwIfNoEntry: false })?.isFile() ?? false;
}
