/** New keys of roles, as the conformance suite of TUF has them, and what becomes of what the old ones signed. */
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../platform/limits.ts";
import { inDays, inPem, NOW, rewritten, type TestKey, TestRepository, testKey } from "../testing.ts";
import { BUILT, TestDevice } from "./testing.ts";

const KEYS = Array.from({ length: 10 }, (_, index) =>
  testKey(index % 2 === 0 ? "ed25519" : "ecdsa-sha2-nistp256"),
);
const keys = (...numbers: readonly number[]): TestKey[] => KEYS.filter((_, index) => numbers.includes(index));
const DONE = { warnings: [] };

/** A version of a role: its keys, its threshold, and who signs. */
type Version = readonly [keys: readonly number[], threshold: number, signers: readonly number[]];

function repositoryOf(first: Version, ...others: readonly Version[]): TestRepository {
  const repository = new TestRepository();
  const set = ([own, threshold, signers]: Version) =>
    repository.setKeys("root", keys(...own), threshold, keys(...signers));
  set(first);
  repository.serve("root");
  for (const version of others) {
    set(version);
    repository.publish("root");
  }
  return repository;
}

describe("roots that follow each other", () => {
  test.each<[string, readonly [Version, ...Version[]]]>([
    [
      "another key",
      [
        [[1], 1, [1]],
        [[2], 1, [2, 1]],
        [[2], 1, [2]],
      ],
    ],
    [
      "signatures of others",
      [
        [[1], 1, [3, 1, 4]],
        [[2], 1, [3, 2, 1, 4]],
        [[2], 1, [3, 2, 4]],
      ],
    ],
    [
      "other signers of the same keys",
      [
        [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
        [[0, 1, 2, 3, 4], 3, [0, 4, 1]],
        [[0, 1, 2, 3, 4], 3, [0, 1, 3]],
      ],
    ],
    [
      "one key of five",
      [
        [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 4, 1]],
      ],
    ],
    [
      "one key of five, in two steps",
      [
        [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 2, 4, 5]],
        [[0, 1, 3, 4, 5], 3, [0, 4, 5]],
      ],
    ],
    [
      "all keys",
      [
        [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
        [[5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]],
        [[5, 6, 7, 8, 9], 3, [5, 6, 7]],
      ],
    ],
    [
      "a higher threshold",
      [
        [[1, 2, 3], 1, [1]],
        [[1, 2, 3], 2, [1, 2]],
      ],
    ],
    [
      "a lower threshold",
      [
        [[1, 2, 3], 2, [1, 2]],
        [[1, 2, 3], 1, [1, 2]],
        [[1, 2, 3], 1, [1]],
      ],
    ],
    [
      "another key, and a higher threshold",
      [
        [[1], 1, [1]],
        [[1, 2], 2, [1, 2]],
      ],
    ],
  ])("%s", async (_, versions) => {
    const device = new TestDevice(repositoryOf(...versions));
    expect(await device.poll()).toMatchObject(DONE);
    expect(device.versions().root).toBe(versions.length);
  });

  test.each<[string, readonly [Version, ...Version[]]]>([
    [
      "not by the old key",
      [
        [[1], 1, [1]],
        [[2], 1, [2, 3, 4]],
      ],
    ],
    [
      "not by the new key",
      [
        [[1], 1, [1]],
        [[2], 1, [1, 3, 4]],
      ],
    ],
    [
      "not by enough of the new keys",
      [
        [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 2, 4]],
      ],
    ],
    [
      "not by enough of the old keys",
      [
        [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
        [[0, 1, 3, 4, 5], 3, [0, 4, 5]],
      ],
    ],
    [
      "not by the higher threshold",
      [
        [[1, 2, 3], 1, [1]],
        [[1, 2, 3], 2, [2]],
      ],
    ],
    [
      "not by the old threshold, which was higher",
      [
        [[1, 2, 3], 2, [1, 2]],
        [[1, 2, 3], 1, [1]],
      ],
    ],
  ])("signed %s", async (_, versions) => {
    const device = new TestDevice(repositoryOf(...versions));
    expect(await device.poll()).toBe("bad_signature");
    expect(device.versions()).toEqual({ root: versions.length - 1 });
  });
});

describe.each(["timestamp", "snapshot", "targets"])("%s", (role) => {
  const polled = async ([own, threshold, signers]: Version) => {
    const repository = new TestRepository();
    repository.setKeys(role, keys(...own), threshold, keys(...signers));
    repository.publish("root");
    repository.publishAll();
    return new TestDevice(repository).poll();
  };

  test.each<[string, Version]>([
    ["by another key", [[2], 1, [2]]],
    ["by others, too", [[1], 1, [3, 1, 4]]],
    ["by three of five", [[0, 1, 2, 3, 4], 3, [0, 2, 4]]],
    ["by three others of five", [[0, 1, 2, 3, 4], 3, [1, 2, 3]]],
  ])("signed %s", async (_, version) => {
    expect(await polled(version)).toMatchObject(DONE);
  });

  test.each<[string, Version]>([
    ["by keys of others", [[2], 1, [1, 3, 4]]],
    ["by two of its keys and another one", [[0, 1, 3, 4, 5], 3, [0, 2, 4]]],
    ["by too few", [[0, 1, 3, 4, 5], 3, [0, 4]]],
    ["by all keys, which are too few", [[0, 1], 3, [0, 1]]],
  ])("signed %s is refused", async (_, version) => {
    expect(await polled(version)).toBe("bad_signature");
  });
});

test("a key under two ids reaches no threshold of two; two keys do", async () => {
  const [key, other] = [testKey(), testKey()];
  const polled = async (...own: readonly TestKey[]) => {
    const repository = new TestRepository();
    repository.setKeys("targets", own, 2);
    repository.publish("root");
    repository.publishAll();
    return new TestDevice(repository).poll();
  };
  expect(await polled(key, inPem(key))).toBe("metadata_invalid");
  expect(await polled(key, rewritten(key, { "x-owner": "somebody" }))).toBe("metadata_invalid");
  expect(await polled(key, other)).toMatchObject(DONE);
});

/** A repository that a device trusts, and after which somebody with all online keys signs far too high versions. */
async function fastForwarded(): Promise<{ repository: TestRepository; device: TestDevice }> {
  const repository = new TestRepository();
  const device = new TestDevice(repository);
  for (const signed of [repository.timestamp, repository.snapshot])
    signed.version = Number.MAX_SAFE_INTEGER - 1;
  repository.targetsOf("targets").version = 1000;
  repository.publish("targets", "snapshot", "timestamp");
  expect(await device.poll()).toMatchObject(DONE);
  expect(device.versions()).toMatchObject({ timestamp: Number.MAX_SAFE_INTEGER, targets: 1001 });
  repository.timestamp.version = 1;
  repository.snapshot.version = 1;
  repository.targetsOf("targets").version = 1;
  return { repository, device };
}

describe("versions that were made too high with stolen keys", () => {
  test.each(["timestamp", "snapshot", "timestamp and snapshot"])(
    "new keys of %s set them back",
    async (roles) => {
      const { repository, device } = await fastForwarded();
      for (const role of roles.split(" and ")) repository.setKeys(role, [testKey()]);
      repository.publish("root");
      repository.publishAll();
      expect(await device.restart().poll()).toMatchObject(DONE);
      expect(device.versions()).toEqual({ root: 2, timestamp: 2, snapshot: 2, targets: 2 });
    },
  );

  test("a role that is gone by then is forgotten", async () => {
    const repository = new TestRepository();
    repository.delegate("targets", "team");
    repository.addTarget("file", "content", { role: "team" });
    repository.publishAll();
    const device = new TestDevice(repository);
    expect(await device.get("file")).toBe("content");
    expect([...(device.saved?.targets.keys() ?? [])]).toEqual(["targets", "team"]);
    repository.setKeys("snapshot", [testKey()]);
    delete repository.snapshot.meta["team.json"];
    repository.publish("root", "snapshot", "timestamp");
    expect(await device.poll()).toMatchObject(DONE);
    expect([...(device.saved?.targets.keys() ?? [])]).toEqual(["targets"]);
  });

  test("without new keys they stay what is known", async () => {
    const { repository, device } = await fastForwarded();
    repository.publish("root");
    repository.publishAll();
    expect(await device.poll()).toBe("rollback");
    expect(device.versions()).toMatchObject({ root: 2, timestamp: Number.MAX_SAFE_INTEGER });
  });

  test("nor does a key that is added, or written in another way, set anything back", async () => {
    const { repository, device } = await fastForwarded();
    const [key = testKey()] = repository.signers.get("timestamp") ?? [];
    repository.setKeys("timestamp", [inPem(key), testKey()]);
    repository.publish("root");
    repository.publishAll();
    expect(await device.poll()).toBe("rollback");
  });

  test("keys that went and came back were new ones", async () => {
    const { repository, device } = await fastForwarded();
    const own = repository.signers.get("timestamp") ?? [];
    repository.setKeys("timestamp", [testKey()]);
    repository.publish("root");
    repository.setKeys("timestamp", own);
    repository.publish("root");
    repository.publishAll();
    expect(await device.poll()).toMatchObject(DONE);
    expect(device.versions()).toMatchObject({ root: 3, timestamp: 2 });
  });
});

describe("a time that was signed", () => {
  const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
  async function issued(days: number) {
    const repository = new TestRepository();
    const device = new TestDevice(repository);
    repository.timestamp["x-issued"] = inDays(days);
    repository.timestamp.expires = inDays(days + 7);
    repository.publish("timestamp");
    expect(await device.poll()).toMatchObject({ changed: true });
    return { repository, device };
  }

  test("is the earliest that it can be, until the key of timestamps is another one", async () => {
    const { repository, device } = await issued(300);
    expect(device.saved?.highWater.time).toEqual(later(300));
    // Everything else has expired by then: with a stolen key this stops all updates, but not for ever.
    expect(await device.poll()).toBe("expired");
    repository.setKeys("timestamp", [testKey()]);
    delete repository.timestamp["x-issued"];
    repository.timestamp.expires = inDays(7);
    repository.publish("root", "timestamp");
    expect(await device.poll()).toMatchObject({ time: NOW });
    expect(device.saved?.highWater.time).toEqual(BUILT);
  });

  test("of another key it stays", async () => {
    const { repository, device } = await issued(3);
    repository.setKeys("snapshot", [testKey()]);
    repository.publish("root");
    repository.publishAll();
    expect(await device.poll()).toMatchObject({ changed: true });
    expect(device.saved?.highWater.time).toEqual(later(3));
  });

  test("after the end of the root it is not believed", async () => {
    const { device } = await issued(366);
    expect(device.saved?.highWater.time).toEqual(BUILT);
    expect(await device.poll()).toMatchObject(DONE);
  });
});

describe("a long chain of roots", () => {
  const repository = new TestRepository();
  for (let step = 0; step < LIMITS.rootRotations + 1; step++) repository.publish("root");

  test("is walked to its end, 256 steps in an update", async () => {
    const device = new TestDevice(repository);
    expect(await device.poll()).toMatchObject(DONE);
    expect(device.versions().root).toBe(257);
    expect(await device.poll()).toMatchObject(DONE);
    expect(device.versions().root).toBe(258);
    expect(await device.restart().poll()).toMatchObject({ changed: false });
  });
});
