/** Trust without the repository: what is made again from what was saved. */
import { describe, expect, test } from "bun:test";
import { codeOf, TestRepository, testKey } from "../testing.ts";
import { lowWater } from "./high-water.ts";
import { PROFILES } from "./profile.ts";
import { BUILT, TestDevice } from "./testing.ts";
import { type Saved, Trust } from "./trust.ts";

const OPTIONS = { profile: PROFILES.remit, earliest: BUILT };

/** A repository with a target of its own and one by a role, and what a device saved that has both. */
async function saved(): Promise<{ repository: TestRepository; root: Uint8Array; saved: Saved }> {
  const repository = new TestRepository();
  const root = repository.bytesOf("root");
  repository.addTarget("own.tar.gz", "own");
  repository.delegate("targets", "team", { paths: ["team/*"] });
  repository.addTarget("team/bundle.tar.gz", "team", { role: "team" });
  repository.publishAll();
  const device = new TestDevice(repository);
  expect(await device.get("own.tar.gz")).toBe("own");
  expect(await device.get("team/bundle.tar.gz")).toBe("team");
  if (device.saved === undefined) throw new Error("nothing was saved");
  return { repository, root, saved: device.saved };
}

const held = async (trust: Trust) => {
  const targets = [await trust.held("own.tar.gz"), await trust.held("team/bundle.tar.gz")];
  return targets.map((target) => target?.length);
};

test("targets are known without the repository, and whatever the time", async () => {
  const { root, saved: one } = await saved();
  const trust = Trust.restore(root, one, OPTIONS);
  expect(await held(trust)).toEqual([3, 4]);
  expect(await trust.held("nothing")).toBeUndefined();
});

test("of a fresh start nothing is known", async () => {
  const { root } = await saved();
  expect(await held(new Trust(root, lowWater(BUILT), OPTIONS))).toEqual([undefined, undefined]);
});

describe("what was saved, and changed", () => {
  const other = new TestRepository();
  test.each<[string, (saved: Saved) => Partial<Saved>, (number | undefined)[]]>([
    [
      "targets",
      ({ targets }) => ({ targets: new Map([...targets, ["targets", other.bytesOf("targets")]]) }),
      [undefined, undefined],
    ],
    [
      "a role",
      ({ targets }) => ({ targets: new Map([...targets, ["team", other.bytesOf("targets")]]) }),
      [3, undefined],
    ],
    ["the snapshot", () => ({ snapshot: other.bytesOf("snapshot") }), [undefined, undefined]],
    ["the timestamp", () => ({ timestamp: other.bytesOf("timestamp") }), [3, 4]],
  ])("%s: only what is signed is trusted", async (_, change, lengths) => {
    const { root, saved: one } = await saved();
    const trust = Trust.restore(root, { ...one, ...change(one) }, OPTIONS);
    expect(await held(trust)).toEqual(lengths);
    // Whatever was left out, nothing falls below it.
    expect(trust.highWater).toEqual(one.highWater);
  });

  test("targets of somebody else are none", async () => {
    const { root, saved: one } = await saved();
    expect(Trust.restore(root, one, OPTIONS).targets?.signed.version).toBe(2);
    const targets = new Map([["targets", other.bytesOf("targets")]]);
    expect(Trust.restore(root, { ...one, targets }, OPTIONS).targets).toBeUndefined();
  });

  test("versions that are too low are raised to what is trusted", async () => {
    const { root, saved: one } = await saved();
    const trust = Trust.restore(root, { ...one, highWater: lowWater(BUILT) }, OPTIONS);
    expect(trust.highWater).toEqual(one.highWater);
  });

  test("roots of somebody else end it", async () => {
    const { root, saved: one } = await saved();
    const roots = [root, other.bytesOf("root")];
    expect(codeOf(() => Trust.restore(root, { ...one, roots }, OPTIONS))).toMatch(
      /^(bad_signature|rollback)$/,
    );
    expect(codeOf(() => Trust.restore(other.bytesOf("root"), one, OPTIONS))).toBe("state_unavailable");
  });
});

describe.each(["timestamp", "snapshot", "targets"] as const)("after a new key of %s", (role) => {
  test("what the old one signed is not trusted any more", async () => {
    const { repository, root, saved: one } = await saved();
    repository.setKeys(role, [testKey()]);
    repository.publish("root");
    const trust = Trust.restore(root, one, OPTIONS);
    trust.acceptRoot(repository.bytesOf("root"));
    expect(trust[role]).toBeUndefined();
  });

  test("one more that need not sign takes nothing away", async () => {
    const { repository, root, saved: one } = await saved();
    repository.setKeys(role, [...(repository.signers.get(role) ?? []), testKey()]);
    repository.publish("root");
    const trust = Trust.restore(root, one, OPTIONS);
    trust.acceptRoot(repository.bytesOf("root"));
    expect(trust[role]?.signed.version).toBe(2);
  });

  test("one more that must sign, too, takes away what it did not sign, but lets nothing fall", async () => {
    const { repository, root, saved: one } = await saved();
    repository.setKeys(role, [...(repository.signers.get(role) ?? []), testKey()], 2);
    repository.publish("root");
    const trust = Trust.restore(root, one, OPTIONS);
    trust.acceptRoot(repository.bytesOf("root"));
    expect(trust[role]).toBeUndefined();
    expect(trust.highWater).toEqual({ ...one.highWater, root: 2 });
  });
});
