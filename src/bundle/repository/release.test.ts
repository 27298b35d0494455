import { afterEach, beforeEach, expect, test } from "bun:test";
import { refusal, Team } from "./testing.ts";

let team: Team;
beforeEach(() => {
  team = new Team();
});
afterEach(() => team.remove());

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
