/** `remit bundle import`: packs for a device that no network reaches, and what else somebody may carry to it. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { inDays } from "../../src/bundle/testing.ts";
import type { Agent } from "../support/agent.ts";
import { bundle, DeviceWorld, TARGET, Team } from "../support/device-world.ts";

setDefaultTimeout(60_000);

let team: Team;
let device: DeviceWorld;
let agent: Agent;
beforeEach(async () => {
  team = await Team.begin();
  // It knows no repository.
  device = new DeviceWorld(team, "");
  agent = await device.device();
});
afterEach(async () => {
  await device.remove();
  team.end();
});

/** All of a repository, as `remit repo export` packs it. */
const packed = (of = team): Uint8Array => writeArchive(of.repository.files);
const take = (path: string) => device.begin("bundle", "import", path).ended;
function pack(bytes: Uint8Array): string {
  const path = join(device.path, "site.tufpack");
  writeFileSync(path, bytes);
  return path;
}
async function taken(revision: string): Promise<void> {
  team.release(bundle(revision));
  const { status, stdout } = await take(pack(packed()));
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining(`bundle       ${revision} (shops/prod, APPLIED)\n`),
  ]);
  expect(await device.inForce()).toEqual([revision, "denied"]);
}
/** It is not taken: the command says why, the status, too, and what was in force is. */
async function refused(path: string, why: string, present: string): Promise<void> {
  const { status, stdout, stderr } = await take(path);
  expect([status, stdout, stderr]).toEqual([1, "", expect.stringContaining(why)]);
  expect(stderr).toStartWith("error: ");
  expect(await device.open("/usr")).toBe(present);
  // Nothing of it stays.
  expect(existsSync(device.at("import.tufpack"))).toBe(false);
}

/** With another bit in the middle. */
function flipped(bytes: Uint8Array): Uint8Array {
  const at = bytes.length >> 1;
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

test("the first one ends that everything is denied, and the next one takes its place, also over restarts", async () => {
  expect(await device.inForce()).toEqual(["denied", "denied"]);
  expect(await device.status()).toContain("bundle       none: everything is denied (shops/prod, UNSET)");
  await taken("one");
  await taken("two");
  await taken("two");
  agent.signal("SIGKILL");
  await agent.ended;
  await device.device();
  expect(await device.inForce()).toEqual(["two", "denied"]);
  expect((await device.begin("bundle", "poll").ended).status).toBe(0);
});

test("an older one is not taken", async () => {
  await taken("one");
  const older = packed();
  await taken("two");
  await refused(pack(older), "rollback: timestamp has version 2 after 3 was trusted", "two");
  expect(await device.status()).toContain("             rollback: ");
  await taken("three");
});

test("one that has expired on the way is not taken, and a fresh one of the same bundle is", async () => {
  await taken("one");
  team.repository.timestamp.expires = inDays(-1, new Date());
  team.release(bundle("two"));
  await refused(pack(packed()), "expired: timestamp 3 expired at ", "one");
  expect(await device.status()).toContain(
    "             to do: set the clock if it is wrong; else the central team",
  );
  team.repository.timestamp.expires = inDays(7, new Date());
  await taken("two");
});

test("one of another repository, or of another fleet, is not taken", async () => {
  await taken("one");
  const other = await Team.begin();
  for (const _ of [1, 2, 3]) other.release(bundle("other", "/var"));
  await refused(pack(packed(other)), "bad_signature: ", "one");
  other.end();
  team.repository.addTarget("bakeries/prod.tar.gz", bundle("stray"));
  delete team.repository.targetsOf("targets").targets[TARGET];
  team.repository.publishAll();
  await refused(pack(packed()), `target_unknown: the repository has no target ${TARGET}`, "one");
  team.release(bundle("stray", "/usr", { fleet: "bakeries" }));
  await refused(pack(packed()), "bundle_refused: bundle_wrong_fleet: it is for the fleet bakeries", "one");
  await taken("two");
});

test("one that came to harm is not taken", async () => {
  await taken("one");
  team.release(bundle("two"));
  const whole = packed();
  const content = bundle("two");
  for (const length of [0, 1, whole.length / 2, whole.length - 1]) {
    await refused(pack(whole.subarray(0, length)), "archive_invalid: ", "one");
  }
  await refused(pack(flipped(whole)), "archive_invalid: ", "one");
  // Packed again with something else in it, which no sum of the archive shows.
  const files = new Map(team.repository.files);
  const path = [...files].find(([, bytes]) => Buffer.compare(bytes, content) === 0)?.[0] ?? "";
  files.set(path, flipped(content));
  await refused(pack(writeArchive(files)), `mismatch: ${TARGET} has sha256 `, "one");
  files.delete(path);
  await refused(pack(writeArchive(files)), "missing: the repository has no targets/shops/", "one");
  expect(await take(pack(whole))).toMatchObject({ status: 0 });
  expect(await device.inForce()).toEqual(["two", "denied"]);
});

test("what is no file, or not there, is not taken; with one it is", async () => {
  const folder = join(device.path, "folder");
  mkdirSync(folder);
  await refused(folder, `the pack cannot be read: ${folder}: Is a directory`, "denied");
  await refused(`${folder}/none`, "the pack cannot be read: ", "denied");
  await refused("/dev/zero", "the pack cannot be read: /dev/zero: ", "denied");
  await taken("one");
});

test("without an agent nothing is done, and nothing stays; with it, it is", async () => {
  agent.signal("SIGTERM");
  await agent.ended;
  team.release(bundle("one"));
  const path = pack(packed());
  const { status, stderr } = await take(path);
  expect([status, stderr]).toEqual([1, `error: nothing answers at ${device.socket}\n`]);
  expect(existsSync(device.at("import.tufpack"))).toBe(false);
  await device.device();
  await taken("two");
});

test("only administrators have it taken", async () => {
  const { stdout } = await device.begin("token", "create", "visitor", "--scope", "run").ended;
  team.release(bundle("one"));
  const path = pack(packed());
  const token = device.file("visitor", stdout);
  const { status, stderr } = await device.begin("bundle", "import", path, "--token-file", token).ended;
  expect([status, stderr]).toEqual([1, expect.stringContaining("scope")]);
  expect(await device.open("/usr")).toBe("denied");
  await taken("two");
});
