/** What a device says of the newest bundle: applied or not, and why not; until that is no longer so. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { ClockedDevice } from "../support/clocked-device.ts";

let world: ClockedDevice;
beforeEach(async () => {
  world = new ClockedDevice();
  world.release("good");
  await (await world.open()).poll();
  expect(world.bundle).toMatchObject({ state: "APPLIED" });
});
afterEach(() => world.remove());

const REFUSED = { refused: { code: "policy_syntax", message: "it has no end" } } as const;

/** Refuses all bundles from now on, and counts how often it was asked. */
function refuse(): { count: number } {
  const asked = { count: 0 };
  world.check = async () => {
    asked.count++;
    return REFUSED;
  };
  return asked;
}

test("one that is refused is so until the repository has the one that is in force again", async () => {
  const asked = refuse();
  world.release("bad");
  expect(await world.device.poll()).toMatchObject({ code: "bundle_refused" });
  expect(await world.device.poll()).toMatchObject({ code: "bundle_refused" });
  expect(world.bundle).toMatchObject({ state: "FAILED", code: "policy_syntax", message: "it has no end" });
  expect(world.bundle?.rejected_sha256).not.toBe(world.bundle?.active_sha256);
  expect([asked.count, world.done.length]).toEqual([1, 1]);
  world.release("good");
  expect(await world.device.poll()).toBeUndefined();
  expect(world.bundle).toMatchObject({ state: "APPLIED" });
  expect(world.bundle).not.toContainAnyKeys(["code", "message", "rejected_sha256"]);
  await world.device.import(writeArchive(world.repository.files));
});

test("one that is refused is not asked about again by the same program, and is by another one", async () => {
  const asked = refuse();
  world.release("too new");
  await world.device.poll();
  await (await world.open()).poll();
  expect([asked.count, world.bundle?.state]).toEqual([1, "FAILED"]);
  world.version = "0.2.0";
  await (await world.open()).poll();
  expect(asked.count).toBe(2);
});

test("one that cannot be put in force has failed, is tried again, and then is", async () => {
  world.fault = new Error("the decision log cannot be written");
  world.release("next");
  expect(await world.device.poll()).toMatchObject({ code: "state_unavailable" });
  expect(world.bundle).toMatchObject({ state: "FAILED", code: "state_unavailable" });
  expect(world.bundle?.message).toContain("the decision log cannot be written");
  world.fault = undefined;
  expect(await world.device.poll()).toBeUndefined();
  expect([world.bundle?.state, world.bundle?.code, world.done.length]).toEqual(["APPLIED", undefined, 2]);
});

test("two timestamps of one version are told of once, and nothing is taken of the second", async () => {
  world.release("one");
  const device = await world.open();
  await device.poll();
  const { repository, notices } = world;
  repository.timestamp.meta["snapshot.json"] = { version: 100 };
  repository.serve("timestamp");
  const told = () => notices.filter((text) => text.includes("timestamp_differs"));
  expect(told()).toEqual([]);
  for (const _ of [1, 2]) expect(await device.poll()).toBeUndefined();
  expect(told()).toEqual([expect.stringContaining("tell the central team")]);
  expect(world.bundle?.state).toBe("APPLIED");
  world.release("two");
  expect(await device.poll()).toBeUndefined();
  repository.timestamp.meta["snapshot.json"] = { version: 100 };
  repository.serve("timestamp");
  await device.poll();
  expect(told()).toHaveLength(2);
});
