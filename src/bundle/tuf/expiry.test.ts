/** What has expired, what time it is, and a repository that stands still. */
import { describe, expect, test } from "bun:test";
import { inDays, NOW, TestRepository } from "../testing.ts";
import { BUILT, TestDevice } from "./testing.ts";

const DONE = { warnings: [] };
const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

async function seen(): Promise<{ repository: TestRepository; device: TestDevice }> {
  const repository = new TestRepository();
  const device = new TestDevice(repository);
  expect(await device.poll()).toMatchObject(DONE);
  return { repository, device };
}

describe("a new version that has expired", () => {
  test("of the root is trusted as a step to the next one, and ends the update", async () => {
    const { repository, device } = await seen();
    repository.root.expires = inDays(-1);
    repository.publish("root");
    repository.publishAll();
    expect(await device.poll()).toBe("expired");
    expect(device.versions()).toEqual({ root: 2, timestamp: 1, snapshot: 1, targets: 1 });
    repository.root.expires = inDays(1);
    repository.publish("root");
    expect(await device.poll()).toMatchObject(DONE);
    expect(device.versions()).toEqual({ root: 3, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test.each([
    ["timestamp", { timestamp: 1, snapshot: 1, targets: 1 }],
    ["snapshot", { timestamp: 2, snapshot: 1, targets: 1 }],
    ["targets", { timestamp: 2, snapshot: 2, targets: 1 }],
  ])("of %s is not trusted", async (role, versions) => {
    const { repository, device } = await seen();
    const signed = { timestamp: repository.timestamp, snapshot: repository.snapshot }[role];
    (signed ?? repository.targetsOf("targets")).expires = inDays(0);
    repository.publishAll();
    expect(await device.poll()).toBe("expired");
    expect(device.versions()).toMatchObject(versions);
  });
});

describe("what is trusted and has expired", () => {
  test("a root leads to the next one", async () => {
    const { repository, device } = await seen();
    device.now = later(400);
    expect(await device.poll()).toBe("expired");
    repository.root.expires = inDays(800);
    repository.timestamp.expires = repository.snapshot.expires = inDays(500);
    repository.targetsOf("targets").expires = inDays(500);
    repository.publish("root");
    repository.publishAll();
    expect(await device.poll()).toMatchObject(DONE);
  });

  test("a timestamp gives way to a new one", async () => {
    const { repository, device } = await seen();
    device.now = later(8);
    repository.timestamp.expires = inDays(20);
    repository.publish("timestamp");
    expect(await device.restart().poll()).toMatchObject(DONE);
  });

  test.each([
    [6, "is fresh", false],
    [7, "has expired", true],
  ])("after %d days of nothing new a timestamp %s", async (days, _, isExpired) => {
    const { device } = await seen();
    device.now = later(days);
    // By 304, and by the same file.
    for (const one of [device, device.restart()]) {
      const outcome = await one.poll();
      if (isExpired) expect(outcome).toBe("expired");
      else expect(outcome).toMatchObject({ changed: false });
    }
  });

  test.each([
    ["snapshot", 40],
    ["targets", 100],
  ])("%s that nobody signs anew", async (role, days) => {
    const { repository, device } = await seen();
    device.now = later(days);
    repository.timestamp.expires = inDays(200);
    if (role === "targets") {
      repository.snapshot.expires = inDays(200);
      repository.publish("snapshot");
    }
    repository.publish("timestamp");
    expect(await device.poll()).toBe("expired");
    expect(await device.poll()).toBe("expired");
    expect(device.versions()).toMatchObject({ timestamp: 2, targets: 1 });
  });
});

describe("the clock of the system", () => {
  const issue = (repository: TestRepository, days: number) => {
    repository.timestamp["x-issued"] = inDays(days);
    repository.publish("timestamp");
  };

  test("in 1970: it is not before this program was made", async () => {
    const { repository, device } = await seen();
    device.now = new Date(0);
    expect(await device.poll()).toMatchObject({ time: BUILT, warnings: ["clock_suspect"] });
    repository.timestamp.expires = inDays(-31);
    repository.publish("timestamp");
    expect(await device.poll()).toBe("expired");
  });

  test("in 1970: it is not before a time that was signed, also after a restart", async () => {
    const { repository, device } = await seen();
    device.now = new Date(0);
    issue(repository, 0);
    expect(await device.poll()).toMatchObject({ time: BUILT });
    for (const one of [device, device.restart()]) {
      expect(await one.poll()).toMatchObject({ time: NOW, warnings: ["clock_suspect"] });
    }
    // Nothing expires by it that did not expire by then.
    repository.timestamp.expires = inDays(0);
    repository.publish("timestamp");
    expect(await device.poll()).toBe("expired");
  });

  test("in 2040: everything has expired, and nothing is forgotten", async () => {
    const { device } = await seen();
    const { saved } = device;
    device.now = new Date("2040-01-01T00:00:00Z");
    expect(await device.poll()).toBe("expired");
    device.now = NOW;
    expect(await device.restart().poll()).toMatchObject({ changed: false, warnings: [] });
    expect(device.saved).toEqual(saved);
  });

  test("some minutes behind is no reason to doubt it", async () => {
    const { repository, device } = await seen();
    issue(repository, 0);
    expect(await device.poll()).toMatchObject(DONE);
    device.now = new Date(NOW.getTime() - 240_000);
    expect(await device.poll()).toMatchObject({ time: NOW, warnings: [] });
    device.now = new Date(NOW.getTime() - 360_000);
    expect(await device.poll()).toMatchObject({ time: NOW, warnings: ["clock_suspect"] });
  });

  test("does not go back by an older time that is signed", async () => {
    const { repository, device } = await seen();
    issue(repository, 2);
    expect(await device.poll()).toMatchObject({ warnings: ["clock_suspect"] });
    issue(repository, 1);
    expect(await device.poll()).toMatchObject({ time: later(2) });
    expect(device.saved?.highWater.time).toEqual(later(2));
  });
});
