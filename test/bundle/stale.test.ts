/** What becomes of the policies of a device when nobody renews them, and packs instead of a network. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { ClockedDevice } from "../support/clocked-device.ts";

let world: ClockedDevice;
beforeEach(() => {
  world = new ClockedDevice();
});
afterEach(() => world.remove());

const kinds = () => world.done.map((text) => text.split(" ")[0]);

test.each(["deny", "fallback"] as const)(
  "%s holds from a chosen age on, until something new comes",
  async (action) => {
    world.release("one");
    const device = await world.open(action);
    expect(await device.poll()).toBeUndefined();
    expect(kinds()).toEqual(["bundle"]);
    world.wait(2.5);
    await device.poll();
    expect(kinds()).toEqual(["bundle"]);
    world.wait(1);
    await device.poll();
    await device.poll();
    expect(kinds()).toEqual(["bundle", action]);
    world.wait(-0.5);
    world.issue(world.system);
    world.wait(0.5);
    world.repository.publish("timestamp");
    await device.poll();
    expect(kinds()).toEqual(["bundle", action, "bundle"]);
    expect(device.status().trust?.stale_s).toBe(43_200);
  },
);

test("where a repository does not say when it signed, what it says is not old before it has expired", async () => {
  delete world.repository.timestamp["x-issued"];
  world.release("one");
  // Long after this program was made.
  const device = await world.open("deny", new Date("2020-01-01T00:00:00Z"));
  for (const _ of [1, 2]) {
    await device.poll();
    expect([kinds(), device.status().trust?.stale_s]).toEqual([["bundle"], 0]);
    // The timestamp is good for 7 days.
    world.system = new Date(world.system.getTime() + 6 * 86_400_000);
  }
  world.wait(7);
  await device.poll();
  expect(kinds()).toEqual(["bundle", "deny"]);
});

test("what could not be done about it is told, and tried again", async () => {
  world.release("one");
  const device = await world.open("deny");
  await device.poll();
  world.wait(4);
  world.refusals = 1;
  await device.poll();
  expect(kinds()).toEqual(["bundle"]);
  expect(world.bundle?.message).toContain("not now");
  await device.poll();
  expect(kinds()).toEqual(["bundle", "deny"]);
});

test("without a bundle nothing is made of its age", async () => {
  const device = await world.open("fallback");
  world.wait(100);
  await device.poll();
  expect(world.done).toEqual([]);
});

test("a pack is taken with the same checks, and an older one is not", async () => {
  world.release("one");
  const old = writeArchive(world.repository.files);
  world.release("two");
  const device = await world.open();
  await device.import(writeArchive(world.repository.files));
  expect(world.done).toHaveLength(1);
  await expect(device.import(old)).rejects.toMatchObject({ code: "rollback" });
  await expect(device.import(Buffer.from("no pack"))).rejects.toMatchObject({ code: "archive_invalid" });
  await device.stop();
  expect(world.done).toHaveLength(1);
});
