/** The order of the workflow, what of it is kept, and what ends it, as the conformance suite of TUF has them. */
import { describe, expect, test } from "bun:test";
import { BundleError } from "../errors.ts";
import { metadataPath, NOW, TestRepository, testKey } from "../testing.ts";
import type { Answer, Transport } from "../transport/transport.ts";
import { TufClient } from "./client.ts";
import { lowWater } from "./high-water.ts";
import { PROFILES } from "./profile.ts";
import { BUILT, TestDevice } from "./testing.ts";
import { Trust } from "./trust.ts";

const DONE = { warnings: [] };
const ALL = [
  "metadata/2.root.json",
  "metadata/timestamp.json",
  "metadata/1.snapshot.json",
  "metadata/1.targets.json",
];

test("an update asks for each role once, and keeps what came as it came", async () => {
  const repository = new TestRepository();
  const device = new TestDevice(repository);
  expect(await device.poll()).toMatchObject({ changed: true, warnings: [] });
  expect(device.requests()).toEqual(ALL);
  const { saved } = device;
  expect(saved?.timestamp).toEqual(repository.bytesOf("timestamp"));
  expect(saved?.snapshot).toEqual(repository.bytesOf("snapshot"));
  expect(saved?.targets.get("targets")).toEqual(repository.bytesOf("targets"));
});

test("when nothing is new two requests are all, and nothing is written", async () => {
  const device = new TestDevice(new TestRepository());
  await device.poll();
  const { saves } = device;
  device.requests();
  for (const one of [device, device.restart()]) {
    expect(await one.poll()).toMatchObject({ changed: false });
    expect(one.requests()).toEqual(ALL.slice(0, 2));
  }
  expect(device.saves).toBe(saves);
});

describe("a provisioned root", () => {
  test.each<[string, (text: string) => string]>([
    ["without a version", (text) => text.replace('"version":1', '"x":1')],
    ["without a valid signature", (text) => text.replace(/"sig":"../, '"sig":"00')],
    ["that is none", () => ""],
  ])("%s: nothing is asked for", async (_, change) => {
    const repository = new TestRepository();
    const root = Buffer.from(change(Buffer.from(repository.bytesOf("root")).toString()));
    const device = new TestDevice(repository, root);
    expect(await device.poll()).toMatch(/metadata_invalid|bad_signature/);
    expect(device.requests()).toEqual([]);
  });
});

/** What is trusted when a role is the first with a fault, by its place in the workflow. */
const UNTIL = [
  ["root", { root: 1 }],
  ["timestamp", { root: 2 }],
  ["snapshot", { root: 2, timestamp: 2 }],
  ["targets", { root: 2, timestamp: 2, snapshot: 2 }],
] as const;

describe.each(UNTIL)("with a fault of %s, all before it is trusted and kept", (role, versions) => {
  const published = () => {
    const repository = new TestRepository();
    const device = new TestDevice(repository);
    return { repository, device };
  };
  const publish = (repository: TestRepository) => {
    repository.publish("root");
    repository.publishAll();
  };

  test("not signed", async () => {
    const { repository, device } = published();
    repository.signers.set(role, []);
    publish(repository);
    expect(await device.poll()).toBe("bad_signature");
    expect(device.versions()).toEqual(versions);
  });

  test("signed by somebody else", async () => {
    const { repository, device } = published();
    repository.signers.set(role, [testKey()]);
    publish(repository);
    expect(await device.poll()).toBe("bad_signature");
    expect(device.versions()).toEqual(versions);
  });

  test("of another role", async () => {
    const { repository, device } = published();
    publish(repository);
    const other = role === "snapshot" ? "targets" : "snapshot";
    repository.files.set(metadataPath(role, 2), repository.bytesOf(other));
    expect(await device.poll()).toBe("metadata_invalid");
    expect(device.versions()).toEqual(versions);
  });

  test("not there; then it is", async () => {
    const { repository, device } = published();
    publish(repository);
    const bytes = repository.bytesOf(role);
    repository.files.delete(metadataPath(role, 2));
    if (role === "root") expect(await device.poll()).toMatchObject(DONE);
    else expect(await device.poll()).toBe("missing");
    expect(device.versions()).toMatchObject(versions);
    repository.files.set(metadataPath(role, 2), bytes);
    expect(await device.poll()).toMatchObject({ changed: true });
    expect(device.versions()).toEqual({ root: 2, timestamp: 2, snapshot: 2, targets: 2 });
  });

  test("larger than it may be", async () => {
    const { repository, device } = published();
    publish(repository);
    repository.files.set(metadataPath(role, 2), Buffer.alloc(5 * 1024 * 1024, " "));
    expect(await device.poll()).toBe("too_large");
    expect(device.versions()).toEqual(versions);
  });
});

describe.each(["snapshot", "targets"])("%s that is not what was signed for", (role) => {
  test.each<[string, (entry: Record<string, unknown>) => object]>([
    ["another version", ({ version }) => ({ version: Number(version) + 1 })],
    ["another hash", () => ({ hashes: { sha256: "0".repeat(64) } })],
    ["a longer one", ({ length }) => ({ length: Number(length) + 1 })],
    ["a shorter one", ({ length }) => ({ length: Number(length) - 1 })],
  ])("%s", async (name, change) => {
    const repository = new TestRepository();
    repository.hashes = true;
    repository.publish("targets", "snapshot");
    const listed = role === "snapshot" ? repository.timestamp : repository.snapshot;
    const entry = listed.meta[`${role}.json`] ?? {};
    Object.assign(entry, change(entry));
    if (name === "another version") repository.files.set(metadataPath(role, 3), repository.bytesOf(role));
    if (role === "targets") repository.publish("snapshot");
    repository.publish("timestamp");
    const device = new TestDevice(repository);
    expect(await device.poll()).toMatch(/^(mismatch|too_large)$/);
    expect(device.versions()[role as "snapshot"]).toBeUndefined();
  });
});

test("hashes and lengths that are right", async () => {
  const repository = new TestRepository();
  repository.hashes = true;
  repository.publishAll();
  repository.publishAll();
  expect(await new TestDevice(repository).poll()).toMatchObject(DONE);
});

test("a mirror of old and new files, mixed, brings nothing but what is whole", async () => {
  const repository = new TestRepository();
  const device = new TestDevice(repository);
  expect(await device.poll()).toMatchObject(DONE);
  const old = new Map(repository.files);
  repository.publishAll();
  const fresh = new Map(repository.files);
  // Each file by itself is either still the old one, or new already.
  for (const path of [...fresh.keys()].filter((name) => fresh.get(name) !== old.get(name))) {
    const before = old.get(path);
    if (before === undefined) repository.files.delete(path);
    else repository.files.set(path, before);
    const outcome = await device.poll();
    expect(["missing", "object"]).toContain(typeof outcome === "string" ? outcome : "object");
    repository.files.set(path, fresh.get(path) ?? new Uint8Array());
  }
  expect(await device.poll()).toMatchObject(DONE);
  expect(device.versions()).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
});

test("members that are not known are signed, too", async () => {
  const repository = new TestRepository();
  const device = new TestDevice(repository);
  repository.root["x-other"] = "value";
  repository.setKeys("root", [
    ...(repository.signers.get("root") ?? []),
    testKey("ed25519", { extra: { a: 1 } }),
  ]);
  repository.publish("root");
  expect(await device.poll()).toMatchObject(DONE);
  expect(device.versions().root).toBe(2);
});

/** A client whose disk and repository are what a test makes of them. */
function clientWith(repository: TestRepository, save: () => void, get?: Transport["get"]): TufClient {
  const trust = new Trust(repository.bytesOf("root", 1), lowWater(BUILT), {
    profile: PROFILES.remit,
    earliest: BUILT,
  });
  const { transport } = new TestDevice(repository);
  const saving = async () => save();
  return new TufClient({
    trust,
    save: saving,
    clock: () => NOW,
    transport: get === undefined ? transport : { get },
  });
}

describe("a disk that takes nothing", () => {
  test("ends the update, and is tried again before the next one", async () => {
    let isFull = true;
    let saves = 0;
    const client = clientWith(new TestRepository(), () => {
      if (isFull) throw new BundleError("state_unavailable", "full");
      saves++;
    });
    const poll = async () => client.refresh();
    await expect(poll()).rejects.toMatchObject({ code: "state_unavailable" });
    await expect(poll()).rejects.toMatchObject({ code: "state_unavailable" });
    await expect(client.find("x")).rejects.toThrow(BundleError);
    isFull = false;
    expect(await poll()).toMatchObject({ changed: true });
    expect(saves).toBe(3);
  });
});

describe("what no server may answer", () => {
  const answering = (answer: Answer) =>
    clientWith(
      new TestRepository(),
      () => undefined,
      async (path) => (path.endsWith("root.json") ? { status: 404 } : answer),
    );

  test("nothing new, to somebody who has nothing", async () => {
    await expect(answering({ status: 304 }).refresh()).rejects.toMatchObject({
      code: "missing",
      status: 304,
    });
  });

  test.each([403, 404] as const)("%d for a timestamp", async (status) => {
    await expect(answering({ status }).refresh()).rejects.toMatchObject({ code: "missing", status });
  });
});

test("no tag is remembered of a timestamp that was refused", async () => {
  const repository = new TestRepository();
  const tags: (string | undefined)[] = [];
  const { transport } = new TestDevice(repository);
  const client = clientWith(
    repository,
    () => undefined,
    (path, options) => {
      if (path.endsWith("timestamp.json")) tags.push(options.etag);
      return transport.get(path, options);
    },
  );
  await client.refresh();
  repository.signers.set("timestamp", []);
  repository.publish("timestamp");
  await expect(client.refresh()).rejects.toMatchObject({ code: "bad_signature" });
  await expect(client.refresh()).rejects.toMatchObject({ code: "bad_signature" });
  const [first, second, third] = tags;
  expect([first, typeof second, third === second]).toEqual([undefined, "string", true]);
});

test("of a timestamp that is no longer trusted the tag is not sent", async () => {
  const repository = new TestRepository();
  const tags: (string | undefined)[] = [];
  const { transport } = new TestDevice(repository);
  const client = clientWith(
    repository,
    () => undefined,
    (path, options) => {
      if (path.endsWith("timestamp.json")) tags.push(options.etag);
      return transport.get(path, options);
    },
  );
  await client.refresh();
  await client.refresh();
  repository.setKeys("snapshot", [testKey()]);
  repository.publish("root");
  repository.publishAll();
  await client.refresh();
  expect(tags.map((tag) => typeof tag)).toEqual(["undefined", "string", "undefined"]);
});

test("before an update nothing can be searched for", async () => {
  expect(await new TestDevice(new TestRepository()).find("x")).toBe("expired");
});
