import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { add } from "./add.ts";
import { bundle, CHANNEL, facts, later, NOW, refusal, Team } from "./testing.ts";

let team: Team;
beforeEach(async () => {
  team = new Team();
});
afterEach(() => team.remove());

const staged = async () => (await team.state()).staged.targets?.signed;

test("the targets say what the bundle says of itself", async () => {
  await team.init();
  const { path, sha256, outcome, warnings } = await team.add("1");
  expect([path, outcome, warnings]).toEqual(["fleet-a/prod.tar.gz", "staged", []]);
  const { version, expires, targets } = (await staged()) ?? {};
  expect([version, expires]).toEqual([1, later(90)]);
  expect([...(targets ?? [])]).toEqual([
    [
      "fleet-a/prod.tar.gz",
      {
        length: bundle("1").length,
        hashes: { sha256 },
        custom: {
          revision: "1",
          cedar_version: "4.13",
          min_agent: "0.1.0",
          created: "2026-01-31T11:00:00Z",
        },
      },
    ],
  ]);
  expect(Object.keys(team.files("staging/targets"))).toEqual([`fleet-a/${sha256}.prod.tar.gz`]);
});

test("only what a bundle says itself is its channel", async () => {
  await team.init({ fleet: "fleet-a" });
  const added = (channel: string, fleet = "fleet-a") =>
    refusal(team.use((folder) => add(folder, bundle("1"), { ...facts("1"), fleet }, channel, NOW)));
  expect(await added("fleet-a/canary")).toStartWith(
    "wrong_channel: the bundle is one of fleet-a/prod, not of fleet-a/canary",
  );
  expect(await added("fleet-b/prod")).toStartWith("wrong_channel: ");
  expect(await added("fleet-b/prod", "fleet-b")).toBe(
    "wrong_channel: the repository is for the fleet fleet-a, and the bundle for fleet-b",
  );
  expect(await staged()).toBeUndefined();
  expect(await added(CHANNEL)).toBe("no error");
});

test("another bundle before the release replaces the one that is staged, and its signatures", async () => {
  await team.init();
  await team.add("1");
  await team.sign("targets", "dana", "eve");
  expect(await team.add("1")).toMatchObject({ outcome: "already staged" });
  expect((await team.state()).staged.targets?.signatures.size).toBe(2);
  const { sha256 } = await team.add("2");
  expect((await team.state()).staged.targets?.signatures.size).toBe(0);
  expect((await staged())?.version).toBe(1);
  expect(Object.keys(team.files("staging/targets"))).toEqual([`fleet-a/${sha256}.prod.tar.gz`]);
});

test("channels beside each other", async () => {
  await team.released();
  const canary = { ...facts("2"), channel: "canary" };
  await team.use((folder) => add(folder, bundle("2"), canary, "fleet-a/canary", NOW));
  expect([...((await staged())?.targets.keys() ?? [])]).toEqual([
    "fleet-a/prod.tar.gz",
    "fleet-a/canary.tar.gz",
  ]);
  await team.sign("targets", "dana", "eve");
  await team.release();
  expect(Object.keys(team.files("public/targets"))).toHaveLength(2);
});

describe("what was released", () => {
  beforeEach(() => team.released());

  test("is not staged once more", async () => {
    expect(await team.add("1")).toMatchObject({ outcome: "already released", warnings: [] });
    expect(await staged()).toBeUndefined();
  });

  test("keeps its revision", async () => {
    const other = team.use((folder) => add(folder, bundle("other"), facts("1"), CHANNEL, NOW));
    expect(await refusal(other)).toBe(
      "revision_used: revision 1 of fleet-a/prod is released with other content; build the bundle with a revision of its own",
    );
  });

  test("is newer than what is added: that is told, and done", async () => {
    const { outcome, warnings } = await team.add("0", NOW, "2026-01-30T00:00:00Z");
    expect([outcome, warnings]).toEqual([
      "staged",
      [
        "this bundle was created at 2026-01-30T00:00:00Z, before the one that is released (2026-01-31T11:00:00Z): is it a downgrade?",
      ],
    ]);
    expect((await staged())?.version).toBe(2);
  });
});
