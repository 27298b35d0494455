import { afterEach, beforeEach, expect, test } from "bun:test";
import { statusOf } from "./status.ts";
import { later, Team } from "./testing.ts";

let team: Team;
beforeEach(async () => {
  team = new Team();
});
afterEach(() => team.remove());

const status = async (days = 0, warnDays?: number) => statusOf(await team.state(), later(days), warnDays);

test("a repository that was just made", async () => {
  await team.init();
  expect(await status()).toEqual({
    released: [],
    staged: [
      {
        role: "root",
        version: 1,
        expires: "2027-01-31T12:00:00Z",
        ready: false,
        signatures: [{ root: 1, threshold: 2, signed: [], others: ["alice", "bob", "carol"] }],
      },
    ],
    warnings: ["nothing is released yet", "root 1 waits for signatures"],
  });
});

test("one in order, and what it says as time goes on", async () => {
  await team.released();
  expect((await status()).released).toEqual([
    { role: "root", version: 1, expires: "2027-01-31T12:00:00Z", days: 365 },
    { role: "targets", version: 1, expires: "2026-05-01T12:00:00Z", days: 90 },
    { role: "snapshot", version: 1, expires: "2026-02-07T12:00:00Z", days: 7 },
    { role: "timestamp", version: 1, expires: "2026-02-07T12:00:00Z", days: 7 },
  ]);
  expect((await status()).warnings).toEqual([]);
  expect((await status(5)).warnings).toEqual([]);
  expect((await status(5.5)).warnings).toEqual([
    "snapshot 1 expires in 1.5 days; remit repo refresh",
    "timestamp 1 expires in 1.5 days; remit repo refresh",
  ]);
  expect((await status(0, 91)).warnings).toContain(
    "targets 1 expires in 90 days; remit repo renew --role targets",
  );
  expect((await status(366, 1)).warnings[0]).toBe(
    "root 1 expired at 2027-01-31T12:00:00Z; remit repo renew --role root",
  );
});

test("what waits for signatures, and what waits to be released", async () => {
  await team.released();
  await team.rotate({ group: "root", remove: ["carol"], add: [team.key("chris")] });
  await team.sign("root", "alice");
  const half = await status();
  expect(half.staged[0]?.signatures).toEqual([
    { root: 1, threshold: 2, signed: ["alice"], others: ["bob", "carol"] },
    { root: 2, threshold: 2, signed: ["alice"], others: ["bob", "chris"] },
  ]);
  expect(half.warnings).toEqual(["root 2 waits for signatures"]);
  await team.sign("root", "bob");
  expect(await status()).toMatchObject({ staged: [{ ready: true }], warnings: [] });
});
