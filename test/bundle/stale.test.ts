/** What becomes of the policies of a device when nobody renews them, and packs instead of a network. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { type Accepted, Device, type DeviceHost } from "../../src/bundle/device/index.ts";
import { NOW, TestRepository } from "../../src/bundle/testing.ts";
import { MemoryTransport } from "../../src/bundle/transport/memory.ts";
import { close, openDirectoryFollowing } from "../../src/platform/file.ts";

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;
const TARGET = "shops/prod.tar.gz";

let path: string;
let state: number;
let repository: TestRepository;
let day: number;
let done: string[];
let device: Device;
let refusals: number;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "remit-device-"));
  state = openDirectoryFollowing(path);
  repository = new TestRepository();
  repository.timestamp["x-issued"] = NOW.toISOString().replace(".000", "");
  [day, done, refusals] = [0, [], 0];
});
afterEach(async () => {
  await device.stop();
  close(state);
  rmSync(path, { recursive: true });
});

const accepted = (sha256: string): Accepted => ({
  ok: true,
  ...{ revision: sha256.slice(0, 4), sha256, policies: 1, entities: 0, scripts: [], tests: 0 },
});

function open(action: "keep" | "deny" | "fallback"): Device {
  const host: DeviceHost = {
    check: async (sha256) => accepted(sha256),
    enforce: ({ revision }) => void done.push(`bundle ${revision}`),
    enforceStale: async (what) => {
      if (refusals-- > 0) throw new Error("not now");
      done.push(what);
    },
    notice: () => undefined,
    report: () => undefined,
  };
  const clocks = {
    system: () => new Date(NOW.getTime() + day * DAY_MS),
    monotonicMs: () => day * DAY_MS,
  };
  const stale = { warn_s: 2 * DAY_S, after_s: 3 * DAY_S, action };
  const settings = { root: repository.bytesOf("root"), fleet: "shops", channel: "prod", stale };
  const transport = new MemoryTransport(repository.files);
  const more = { transport, intervalMs: 1e6, earliest: new Date(0) };
  device = new Device(state, { ...settings, ...more }, host, clocks);
  return device;
}
function release(content: string): void {
  repository.addTarget(TARGET, content);
  repository.publishAll();
}
const revisions = () => done.map((text) => text.split(" ")[0]);

test.each(["deny", "fallback"] as const)(
  "%s holds from a chosen age on, until something new comes",
  async (action) => {
    release("one");
    open(action);
    expect(await device.poll()).toBeUndefined();
    expect(revisions()).toEqual(["bundle"]);
    day = 2.5;
    await device.poll();
    expect(revisions()).toEqual(["bundle"]);
    day = 3.5;
    await device.poll();
    await device.poll();
    expect(revisions()).toEqual(["bundle", action]);
    repository.timestamp["x-issued"] = new Date(NOW.getTime() + 3 * DAY_MS).toISOString().replace(".000", "");
    repository.publish("timestamp");
    await device.poll();
    expect(revisions()).toEqual(["bundle", action, "bundle"]);
    expect(device.status().trust?.stale_s).toBe(DAY_S / 2);
  },
);

test("what could not be done about it is told, and tried again", async () => {
  release("one");
  open("deny");
  await device.poll();
  [day, refusals] = [4, 1];
  await device.poll();
  expect(revisions()).toEqual(["bundle"]);
  expect(Object.values(device.status().bundles)[0]?.message).toContain("not now");
  await device.poll();
  expect(revisions()).toEqual(["bundle", "deny"]);
});

test("without a bundle nothing is made of its age", async () => {
  open("fallback");
  day = 100;
  await device.poll();
  expect(done).toEqual([]);
});

test("a pack is taken with the same checks, and an older one is not", async () => {
  release("one");
  const old = writeArchive(repository.files);
  release("two");
  open("keep");
  await device.import(writeArchive(repository.files));
  expect(done).toHaveLength(1);
  await expect(device.import(old)).rejects.toMatchObject({ code: "rollback" });
  await expect(device.import(Buffer.from("no pack"))).rejects.toMatchObject({ code: "archive_invalid" });
  await device.stop();
  expect(done).toHaveLength(1);
});
