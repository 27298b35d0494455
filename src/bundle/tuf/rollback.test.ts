/** Versions that go back, as the conformance suite of TUF has them, and after the state was lost. */
import { describe, expect, test } from "bun:test";
import { metadataPath, TestRepository, testKey } from "../testing.ts";
import { TestDevice } from "./testing.ts";

const DONE = { warnings: [] };

/** A device that has seen version 2 of all but the root. */
async function seen(hashes = false): Promise<{ repository: TestRepository; device: TestDevice }> {
  const repository = new TestRepository();
  repository.hashes = hashes;
  repository.publishAll();
  const device = new TestDevice(repository);
  expect(await device.poll()).toMatchObject(DONE);
  expect(device.versions()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
  device.requests();
  return { repository, device };
}

test("a timestamp that is older", async () => {
  const { repository, device } = await seen();
  repository.timestamp.version = 1;
  repository.serve("timestamp");
  for (const one of [device, device.restart()]) expect(await one.poll()).toBe("rollback");
  expect(device.versions().timestamp).toBe(2);
  expect(device.requests().slice(-1)).toEqual(["metadata/timestamp.json"]);
});

describe.each([false, true])("hashes in metadata: %p", (hashes) => {
  test("a snapshot that is older", async () => {
    const { repository, device } = await seen(hashes);
    repository.snapshot.version = 1;
    repository.serve("snapshot");
    repository.publish("timestamp");
    for (const one of [device, device.restart()]) expect(await one.poll()).toBe("rollback");
    expect(device.versions()).toMatchObject({ timestamp: 2, snapshot: 2 });
  });

  test("targets that are older", async () => {
    const { repository, device } = await seen(hashes);
    repository.targetsOf("targets").version = 1;
    repository.serve("targets");
    repository.publish("snapshot", "timestamp");
    for (const one of [device, device.restart()]) expect(await one.poll()).toBe("rollback");
    // The timestamp was trusted before anything was known of targets.
    expect(device.versions()).toMatchObject({ timestamp: 3, snapshot: 2, targets: 2 });
  });
});

describe("a role that was delegated to", () => {
  async function delegated() {
    const repository = new TestRepository();
    repository.delegate("targets", "team", { paths: ["team/*"] });
    repository.publishAll();
    repository.publishAll();
    const device = new TestDevice(repository);
    expect(await device.poll()).toMatchObject(DONE);
    return { repository, device };
  }

  test("is not listed any more", async () => {
    const { repository, device } = await delegated();
    delete repository.snapshot.meta["team.json"];
    repository.publish("snapshot", "timestamp");
    expect(await device.poll()).toBe("rollback");
    expect(device.versions().snapshot).toBe(3);
  });

  test("is listed with an older version", async () => {
    const { repository, device } = await delegated();
    repository.snapshot.meta["team.json"] = { version: 1 };
    repository.publish("snapshot", "timestamp");
    expect(await device.poll()).toBe("rollback");
  });

  test("is listed beside a new one", async () => {
    const { repository, device } = await delegated();
    repository.delegate("targets", "other", { paths: ["other/*"] });
    repository.publishAll();
    expect(await device.poll()).toMatchObject({ changed: true });
  });
});

describe("another timestamp of the version that is trusted", () => {
  test("is not trusted, and no error, but told", async () => {
    const { repository, device } = await seen();
    repository.timestamp.meta["snapshot.json"] = { version: 100 };
    repository.serve("timestamp");
    for (const one of [device, device.restart()]) {
      expect(await one.poll()).toMatchObject({ changed: false, warnings: ["timestamp_differs"] });
      expect(one.requests()).toEqual(["metadata/2.root.json", "metadata/timestamp.json"]);
    }
  });

  test("that only has other spaces is the same", async () => {
    const { repository, device } = await seen();
    const path = metadataPath("timestamp", 2);
    repository.files.set(path, Buffer.concat([repository.bytesOf("timestamp"), Buffer.from(" \n")]));
    expect(await device.poll()).toMatchObject({ changed: false, warnings: [] });
    expect(device.saves).toBe(3);
  });
});

describe("a root", () => {
  test.each([1, 3])("that says version %d after version 1", async (version) => {
    const { repository, device } = await seen();
    repository.root.version = version;
    repository.serve("root");
    repository.files.set(metadataPath("root", 2), repository.bytesOf("root"));
    expect(await device.poll()).toBe("rollback");
    expect(device.versions().root).toBe(1);
  });
});

/** Only what must not fall below is left of the state. */
function lose(device: TestDevice): void {
  if (device.saved === undefined) throw new Error("nothing was saved");
  const [root = new Uint8Array()] = device.saved.roots;
  device.saved = { roots: [root], targets: new Map(), highWater: device.saved.highWater };
  device.restart();
}

describe("after the state was lost", () => {
  test.each(["timestamp", "snapshot", "targets"])("an older version of %s is refused", async (role) => {
    const { repository, device } = await seen();
    lose(device);
    const files = { timestamp: repository.timestamp, snapshot: repository.snapshot };
    const signed =
      role === "targets" ? repository.targetsOf("targets") : files[role as "timestamp" | "snapshot"];
    signed.version = 1;
    repository.serve(role);
    if (role === "targets") repository.publish("snapshot");
    if (role !== "timestamp") repository.publish("timestamp");
    expect(await device.poll()).toBe("rollback");
  });

  test("the same versions are taken", async () => {
    const { device } = await seen();
    lose(device);
    expect(await device.poll()).toMatchObject({ changed: true });
    expect(device.versions()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test("roots must come as far as they were", async () => {
    const { repository, device } = await seen();
    repository.publish("root");
    expect(await device.poll()).toMatchObject({ changed: true });
    lose(device);
    const second = repository.bytesOf("root");
    repository.files.delete(metadataPath("root", 2));
    expect(await device.poll()).toBe("rollback");
    repository.files.set(metadataPath("root", 2), second);
    expect(await device.poll()).toMatchObject({ changed: true });
  });

  test("keys that were rotated long ago set nothing back", async () => {
    const repository = new TestRepository();
    repository.setKeys("timestamp", [testKey()]);
    repository.publish("root");
    repository.publishAll();
    const device = new TestDevice(repository);
    expect(await device.poll()).toMatchObject(DONE);
    lose(device);
    repository.timestamp.version = 1;
    repository.serve("timestamp");
    expect(await device.poll()).toBe("rollback");
  });

  test("with nothing left, what the repository has is taken", async () => {
    const { repository, device } = await seen();
    device.saved = undefined;
    repository.timestamp.version = 1;
    repository.serve("timestamp");
    expect(await device.restart().poll()).toMatchObject(DONE);
    expect(device.versions().timestamp).toBe(1);
  });
});
