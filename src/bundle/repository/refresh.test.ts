import { afterEach, beforeEach, expect, test } from "bun:test";
import { refresh } from "./refresh.ts";
import { later, ONLINE, refusal, Team } from "./testing.ts";

let team: Team;
beforeEach(() => {
  team = new Team();
});
afterEach(() => team.remove());

const refreshed = (days: number, name = ONLINE) =>
  team.use((folder) => refresh(folder, { signers: [team.signer(name)], now: later(days) }));

test("the timestamp gets a later end; the snapshot when half of its time is over", async () => {
  await team.released();
  const before = team.files("public");
  const { timestamp, snapshot } = await refreshed(1);
  expect([
    timestamp.signed.version,
    timestamp.signed.expires,
    timestamp.signed["x-issued"],
    snapshot,
  ]).toEqual([2, later(8), later(1), undefined]);
  const changed = Object.entries(team.files("public")).filter(([name, hash]) => before[name] !== hash);
  expect(changed.map(([name]) => name)).toEqual(["metadata/timestamp.json"]);
  const later4 = await refreshed(4);
  expect([
    later4.timestamp.signed.version,
    later4.snapshot?.signed.version,
    later4.snapshot?.signed.expires,
  ]).toEqual([3, 2, later(11)]);
  expect(later4.timestamp.signed.meta["snapshot.json"].version).toBe(2);
});

test("what is staged stays as it is, and is not in force", async () => {
  await team.released();
  await team.add("2");
  await team.rotate({ group: "online", remove: [ONLINE], add: [team.key("online-2")] });
  const staged = team.files("staging");
  await refreshed(1);
  expect(team.files("staging")).toEqual(staged);
  expect(await refusal(refreshed(2, "online-2"))).toStartWith("not_of_role");
});

test("it is refused without a release, with another key, with a clock that went back, and when people have to sign", async () => {
  await team.init();
  expect(await refusal(refreshed(0))).toBe(
    "repository_invalid: nothing is released yet; remit repo release does so",
  );
  await team.add("1");
  await team.sign("root", "alice", "bob");
  await team.sign("targets", "dana", "eve");
  await team.release();
  expect(await refusal(refreshed(1, "dana"))).toStartWith("not_of_role: dana is no online key");
  await refreshed(2);
  expect(await refusal(refreshed(1))).toBe(
    "clock: the latest timestamp was signed at 2026-02-02T12:00:00Z, and the clock of this machine says 2026-02-01T12:00:00Z; set the clock first",
  );
  expect(await refusal(refreshed(91))).toBe(
    "expired: targets 1 expired at 2026-05-01T12:00:00Z; remit repo renew --role targets stages the next version",
  );
});
