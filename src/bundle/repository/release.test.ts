import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { later, NOW, refusal, Team } from "./testing.ts";

let team: Team;
beforeEach(() => {
  team = new Team();
});
afterEach(() => team.remove());

const at = (path: string): string => join(team.path, path);

test("a first release", async () => {
  await team.init();
  expect(await refusal(team.release())).toStartWith("below_threshold: root 1 has 0 of the 2 signatures");
  await team.sign("root", "alice", "bob");
  expect(await refusal(team.release())).toStartWith("nothing_staged: no bundle is staged");
  await team.add("1");
  await team.sign("targets", "dana");
  expect(await refusal(team.release())).toBe(
    "below_threshold: targets 1 has 1 of the 2 signatures that root 1 asks for (role targets): dana signed; remit repo sign takes 1 more of eve, finn",
  );
  await team.sign("targets", "eve");
  await team.release();
  expect(Object.keys(team.files("public"))).toEqual([
    "metadata/1.root.json",
    "metadata/1.snapshot.json",
    "metadata/1.targets.json",
    "metadata/timestamp.json",
    expect.stringMatching(/^targets\/fleet-a\/[0-9a-f]{64}\.prod\.tar\.gz$/),
  ]);
  expect(team.files("staging")).toEqual({});
  expect(await refusal(team.release())).toStartWith("nothing_staged: ");
});

test("versions grow by one, and what was released stays as it was", async () => {
  await team.released();
  const before = team.files("public");
  await team.add("2");
  await team.sign("targets", "dana", "finn");
  const { root, targets, snapshot, timestamp } = await team.release(later(1));
  expect([root, targets, snapshot, timestamp].map(({ signed }) => signed.version)).toEqual([1, 2, 2, 2]);
  const { "metadata/timestamp.json": changed, ...others } = before;
  expect(team.files("public")).toMatchObject(others);
  expect(team.files("public")["metadata/timestamp.json"]).not.toBe(changed);
  expect(timestamp.signed["x-issued"]).toEqual(later(1));
  expect(snapshot.signed.meta.get("targets.json")?.hashes?.sha256).toHaveLength(64);
});

test("nothing is released that has expired, or by a clock that went back", async () => {
  await team.init();
  await team.add("1");
  await team.sign("root", "alice", "bob");
  await team.sign("targets", "dana", "eve");
  expect(await refusal(team.release(later(90)))).toBe(
    "expired: targets 1 expired at 2026-05-01T12:00:00Z; remit repo renew --role targets stages the next version",
  );
  expect(existsSync(at("public"))).toBe(false);
  await team.release(later(89));
  await team.add("2", later(89));
  await team.sign("targets", "dana", "eve");
  expect(await refusal(team.release(later(88)))).toStartWith("clock: ");
});

test("only the online key releases", async () => {
  await team.init();
  await team.add("1");
  await team.sign("root", "alice", "bob");
  await team.sign("targets", "dana", "eve");
  for (const name of ["dana", "alice", "mallory"]) {
    expect(await refusal(team.release(NOW, name))).toBe(
      `not_of_role: ${name} is no online key of this repository; that is online`,
    );
  }
  expect(team.files("staging")).not.toEqual({});
});

describe("what is not as it was signed is found out", () => {
  beforeEach(async () => {
    await team.released();
    await team.add("2");
    await team.sign("targets", "dana", "eve");
  });
  const stagedBundle = (): string => {
    const folder = at("staging/targets/fleet-a");
    return join(folder, readdirSync(folder)[0] ?? "");
  };
  const isAsBefore = async (before: object, why: string) => {
    expect(await refusal(team.release())).toContain(why);
    expect(team.files("public")).toEqual({ ...before });
  };

  test("another bundle, or none", async () => {
    const before = team.files("public");
    writeFileSync(stagedBundle(), "bundle 3");
    await isAsBefore(before, "the bundle of fleet-a/prod.tar.gz is not the one that is named");
    rmSync(stagedBundle());
    await isAsBefore(before, "the bundle of fleet-a/prod.tar.gz is missing");
  });

  test("metadata that was edited", async () => {
    const before = team.files("public");
    const { json, signatures } = (await team.state()).staged.targets ?? {};
    const list = [...(signatures ?? [])].map(([keyid, sig]) => ({
      keyid,
      sig: Buffer.from(sig).toString("hex"),
    }));
    const edited = { signatures: list, signed: { ...json, expires: "2036-01-01T00:00:00Z" } };
    writeFileSync(at("staging/targets.json"), JSON.stringify(edited));
    await isAsBefore(before, "below_threshold: targets 2 has 0 of the 2 signatures");
  });

  test("a staged version that is not the next one", async () => {
    const before = team.files("public");
    writeFileSync(
      at("staging/targets.json"),
      JSON.stringify({
        signatures: [],
        signed: { ...(await team.state()).staged.targets?.json, version: 4 },
      }),
    );
    await isAsBefore(
      before,
      "staging/targets.json is version 4 of targets, but the next one is 2; remove it",
    );
  });

  test("a first root that is missing, from which devices begin", async () => {
    renameSync(at("public/metadata/1.root.json"), at("root.json"));
    expect(await refusal(team.release())).toStartWith("repository_invalid: there is no root");
  });
});

test("what devices would stumble over on their way is found by a look with their eyes", async () => {
  await team.released();
  for (const name of ["chris", "dave"]) {
    await team.rotate({ group: "root", add: [team.key(name)] });
    await team.sign("root", "alice", "bob");
    await team.release();
  }
  await team.add("2");
  await team.sign("targets", "dana", "eve");
  const path = at("public/metadata/2.root.json");
  const { signed } = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ signatures: [], signed }));
  expect(await refusal(team.release())).toBe(
    "bad_signature: root has 0 valid signatures of the 2 that it takes",
  );
  expect((await team.state()).released.targets?.signed.version).toBe(1);
});
