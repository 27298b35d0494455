/** Devices whose clock stands in 1970 or in 2040: the last bundle stays in force, and the status names what is wrong; row 84. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { BundleError } from "../../src/bundle/errors.ts";
import { inDays, NOW } from "../../src/bundle/testing.ts";
import { bundleText } from "../../src/cli/agent/bundle-text.ts";
import { ClockedDevice } from "../support/clocked-device.ts";

const [IN_1970, IN_2040] = [new Date(0), new Date("2040-01-01T00:00:00Z")];
const SUSPECT = "             clock_suspect: the clock of this machine is before a signed time";

let world: ClockedDevice;
beforeEach(async () => {
  world = new ClockedDevice();
  world.release("one");
  await (await world.open()).poll();
  expect(world.done).toHaveLength(1);
});
afterEach(() => world.remove());

/** What `remit status` shows of it. */
const shown = (): string => bundleText(world.device.status()).join("\n");

test("a right clock is not suspected", () => {
  expect(world.device.status().clock).toMatchObject({ suspect: false, floor: NOW.toISOString() });
  expect(shown()).not.toContain("clock");
});

test("in 1970: it is suspected from the start on, and new bundles are taken all the same", async () => {
  world.system = IN_1970;
  const device = await world.open();
  expect(await device.restore()).toMatchObject({ ok: true });
  // Before anything was asked: by what was signed and kept.
  expect(device.status().clock).toMatchObject({
    suspect: true,
    floor: NOW.toISOString(),
    source: "timestamp",
  });
  expect(shown()).toContain(`${SUSPECT}\n             to do: set the clock`);
  world.release("two");
  expect(await device.poll()).toBeUndefined();
  expect([world.bundle?.state, world.done.length]).toEqual(["APPLIED", 2]);
  expect(shown()).toContain(SUSPECT);
});

test("in 1970: what had expired when the last one was signed is not taken", async () => {
  world.system = IN_1970;
  world.repository.timestamp.expires = inDays(-1);
  world.release("two");
  expect(await world.device.poll()).toMatchObject({ code: "expired" });
  expect([world.bundle?.code, world.bundle?.state, world.done.length]).toEqual(["expired", "APPLIED", 1]);
});

test("in 1970: a server whose certificate is not valid then is named, and so is the clock", async () => {
  world.system = IN_1970;
  world.transport = {
    get: () => Promise.reject(new BundleError("certificate_time", "CERT_NOT_YET_VALID")),
  };
  const device = await world.open();
  await device.restore();
  expect(await device.poll()).toMatchObject({ code: "certificate_time" });
  expect(shown()).toContain("certificate_time: CERT_NOT_YET_VALID\n             to do: set the clock;");
  expect(shown()).toContain(SUSPECT);
  expect(world.bundle?.state).toBe("APPLIED");
});

test("in 2040: all has expired and nothing is taken, and the last one stays; with the right time it goes on", async () => {
  world.release("two");
  world.system = IN_2040;
  expect(await world.device.poll()).toMatchObject({ code: "expired" });
  expect(world.device.status()).toMatchObject({
    trust: { last_attack: "expired" },
    clock: { suspect: false },
  });
  expect(shown()).toMatch(
    /expired: root 1 expired at 2027-.*, and it is 2040-01-01T00:00:00Z\n +to do: set the clock/,
  );
  const device = await world.open();
  expect(await device.restore()).toMatchObject({ ok: true });
  await device.start(true);
  expect(world.done).toHaveLength(1);
  world.system = NOW;
  expect(await device.poll()).toBeUndefined();
  expect([world.bundle?.code, world.done.length]).toEqual([undefined, 2]);
});

test("in 2040, for owners who want old policies to end: they do, and come back", async () => {
  const device = await world.open("deny");
  await device.restore();
  await device.start(true);
  world.system = IN_2040;
  await device.poll();
  expect(world.done.at(-1)).toBe("deny");
  world.system = NOW;
  await device.poll();
  expect(world.done.at(-1)).toStartWith("bundle ");
});

test("a newer program knows that it is later, whatever was kept", async () => {
  const built = new Date(NOW.getTime() + 30 * 86_400_000);
  world.system = IN_1970;
  const device = await world.open("keep", built);
  expect(device.status().clock).toMatchObject({ suspect: true, floor: built.toISOString() });
  // It expired 23 days before.
  expect(await device.poll()).toMatchObject({ code: "expired" });
});
