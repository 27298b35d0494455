/** Agents on machines whose clock stands in 1970 or in 2040: `remit status` names it, and what was in force stays so; row 84. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { selfSigned } from "../../src/platform/certificate-testing.ts";
import { Agent } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);

const [LIBRARY = ""] = globSync("/usr/lib/*/faketime/libfaketime.so.1");
const faking = LIBRARY === "" ? test.skip : test;
const WITHOUT = LIBRARY === "" ? "(with Debian's faketime) " : "";
const SUSPECT =
  "             clock_suspect: the clock of this machine is before a signed time\n             to do: set the clock";

let team: Team;
let device: DeviceWorld;
beforeEach(async () => {
  team = await Team.begin();
  device = new DeviceWorld(team);
  team.repository.timestamp["x-issued"] = new Date().toISOString().replace(/\.\d+/, "");
  team.release(bundle("last"));
});
afterEach(async () => {
  await device.remove();
  team.end();
});

const poll = () => device.begin("bundle", "poll").ended;
async function end(agent: Agent): Promise<void> {
  agent.signal("SIGTERM");
  await agent.ended;
}

/** As `DeviceWorld.device`, on a machine whose clock began to run at `time` when the agent did. */
async function deviceAt(time: string, ...lines: readonly string[]): Promise<Agent> {
  const args = ["serve", "--state", device.state, "--config", device.configuration(...lines)];
  // Only its wall clock: what it waits for is by the other one.
  const faked = { FAKETIME: `@${time}`, FAKETIME_DONT_FAKE_MONOTONIC: "1", LD_PRELOAD: LIBRARY, TZ: "UTC" };
  const env = { PATH: "/usr/bin:/bin", ...faked };
  const agent = device.adopt(
    new Agent(spawn(executable(), args, { env, stdio: ["ignore", "ignore", "pipe"] })),
  );
  await agent.says("takes scripts");
  return agent;
}
/** A device that has the last bundle, and then another clock. */
async function withLast(time: string): Promise<Agent> {
  const agent = await device.device();
  expect(await poll()).toMatchObject({ status: 0 });
  expect(await device.status()).not.toContain("clock_suspect");
  await end(agent);
  return deviceAt(time);
}

faking(
  `${WITHOUT}in 1970: the last one holds from the start, new ones are taken, and the clock is suspect`,
  async () => {
    await withLast("1970-01-02 00:00:00");
    expect(await device.status()).toContain(SUSPECT);
    expect((await device.begin("bundle", "status").ended).stdout).toContain(SUSPECT);
    expect(await device.inForce()).toEqual(["last", "denied"]);
    team.release(bundle("new"));
    expect(await poll()).toMatchObject({ status: 0 });
    expect(await device.inForce()).toEqual(["new", "denied"]);
    expect(await device.status()).toContain(SUSPECT);
    team.repository.timestamp.expires = "2026-01-01T00:00:00Z";
    team.release(bundle("expired"));
    expect((await poll()).stderr).toContain("expired: timestamp");
    expect(await device.inForce()).toEqual(["new", "denied"]);
  },
);

faking(
  `${WITHOUT}in 1970, without anything before: the first one is taken by http, and not by https`,
  async () => {
    const certificate = selfSigned("IP:127.0.0.1");
    const { files } = team.repository;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: certificate,
      fetch: ({ url }) => {
        const file = files.get(new URL(url).pathname.slice(1));
        return file === undefined ? new Response("none", { status: 404 }) : new Response(Buffer.from(file));
      },
    });
    const http = device.url;
    device.url = `https://127.0.0.1:${server.port}/`;
    const authority = `ca_file = "${device.file("ca.pem", certificate.cert)}"`;
    const secure = await deviceAt("1970-01-02 00:00:00", authority);
    expect((await poll()).stderr).toContain("certificate_time: ");
    const shown = await device.status();
    expect(shown).toContain("             certificate_time: https://127.0.0.1:");
    expect(shown).toContain("             to do: set the clock; a device without one may use http://");
    expect(shown).toContain(SUSPECT);
    expect(await device.inForce()).toEqual(["denied", "denied"]);
    await end(secure);
    device.url = http;
    const plain = await deviceAt("1970-01-02 00:00:00");
    expect(await poll()).toMatchObject({ status: 0 });
    expect(await device.inForce()).toEqual(["last", "denied"]);
    await end(plain);
    device.url = `https://127.0.0.1:${server.port}/`;
    await device.device(authority);
    expect(await poll()).toMatchObject({ status: 0 });
    expect(await device.status()).not.toContain("clock_suspect");
    await server.stop(true);
  },
);

faking(
  `${WITHOUT}in 2040: all has expired, and the last one holds; with the right time there is a new one`,
  async () => {
    const agent = await withLast("2040-01-01 00:00:00");
    team.release(bundle("new"));
    expect((await poll()).stderr).toContain("expired: root 1 expired at ");
    const shown = await device.status();
    expect(shown).toContain(
      "bundle       last (shops/prod, APPLIED)\n             expired: root 1 expired at ",
    );
    expect(shown).toContain("             to do: set the clock if it is wrong; else the central team");
    expect(shown).not.toContain("clock_suspect");
    expect(await device.inForce()).toEqual(["last", "denied"]);
    await end(agent);
    await device.device();
    expect(await poll()).toMatchObject({ status: 0 });
    expect(await device.inForce()).toEqual(["new", "denied"]);
  },
);
