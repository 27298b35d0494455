import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { namedKey } from "./named-key.ts";
import { renew } from "./rotate.ts";
import { waitingIn } from "./sign.ts";
import { later, NOW, ROOT, refusal, Team } from "./testing.ts";

let team: Team;
beforeEach(async () => {
  team = new Team();
  await team.released();
});
afterEach(() => team.remove());

/** Who has to sign what is staged, by type: for each root that says so, the threshold and the names. */
const wanted = async () =>
  Object.fromEntries(
    waitingIn(await team.state()).map(({ type, document, quorums }) => [
      `${type} ${document.signed.version}`,
      quorums.map(
        ({ root, threshold, members }) =>
          `${root}: ${threshold} of ${members.map(({ name }) => name).join(" ")}`,
      ),
    ]),
  );

describe("a key of root", () => {
  test("that is lost is replaced by those that are left; both roots ask for signatures", async () => {
    await team.rotate({ group: "root", remove: ["carol"], add: [team.key("chris")] });
    expect(await wanted()).toEqual({ "root 2": ["1: 2 of alice bob carol", "2: 2 of alice bob chris"] });
    await team.sign("root", "chris", "alice");
    expect(await refusal(team.release())).toStartWith(
      "below_threshold: root 2 has 1 of the 2 signatures that root 1 asks for (role root): alice signed;",
    );
    await team.sign("root", "bob");
    const { root } = await team.release();
    expect(root.signed.version).toBe(2);
    expect(
      Object.values(root.signed.keys)
        .map((key) => key["x-remit-name"])
        .sort(),
    ).toEqual(["alice", "bob", "chris", "dana", "eve", "finn", "online"]);
  });

  test("by its id, and another threshold", async () => {
    await team.rotate({ group: "root", remove: [team.key("carol").id], threshold: 1 });
    expect(await wanted()).toEqual({ "root 2": ["1: 2 of alice bob carol", "2: 1 of alice bob"] });
  });

  test("a further change is made to what is staged, whose signatures are void", async () => {
    await team.rotate({ group: "root", remove: ["carol"] });
    await team.sign("root", "alice", "bob");
    await team.rotate({ group: "root", add: [team.key("chris")] });
    expect(await wanted()).toEqual({ "root 2": ["1: 2 of alice bob carol", "2: 2 of alice bob chris"] });
    expect(waitingIn(await team.state())[0]?.document.signatures.size).toBe(0);
  });
});

describe("a key of targets", () => {
  test("whose signature is not needed goes alone", async () => {
    await team.rotate({ group: "targets", remove: ["finn"], add: [team.key("gus")] });
    expect(await wanted()).toEqual({ "root 2": ["1: 2 of alice bob carol", "2: 2 of alice bob carol"] });
  });

  test("whose signature is needed: what is released is staged once more, as it is", async () => {
    const before = (await team.state()).released.targets?.json;
    await team.rotate({ group: "targets", remove: ["eve"], add: [team.key("gus")] }, later(1));
    expect(await wanted()).toMatchObject({ "targets 2": ["2: 2 of dana finn gus"] });
    const { json } = (await team.state()).staged.targets ?? {};
    expect(json).toEqual({ ...before, _type: "targets", version: 2, expires: "2026-05-02T12:00:00Z" });
    await team.sign("root", "alice", "bob");
    expect(await refusal(team.release())).toStartWith("below_threshold: targets 2 has 0 of the 2");
    expect(await refusal(team.sign("targets", "eve"))).toStartWith("not_of_role");
    await team.sign("targets", "gus", "finn");
    expect((await team.release(later(1))).targets.signed.version).toBe(2);
  });

  test("what is staged keeps the signatures that still count", async () => {
    await team.add("2");
    await team.sign("targets", "dana", "eve");
    await team.rotate({ group: "targets", remove: ["eve"], add: [team.key("gus")] });
    await team.sign("root", "alice", "bob");
    expect(await refusal(team.release())).toStartWith("below_threshold: targets 2 has 1 of the 2");
    await team.sign("targets", "gus");
    await team.release();
  });
});

describe("the online key", () => {
  test("is another one for snapshot and timestamp", async () => {
    await team.rotate({ group: "online", remove: ["online"], add: [team.key("online-2")] });
    await team.sign("root", "alice", "carol");
    expect(await refusal(team.release())).toStartWith(
      "below_threshold: snapshot has 0 of the 1 signatures that root 2 asks for; give the online key of online-2",
    );
    expect(await refusal(team.release(NOW, "dana"))).toBe(
      "not_of_role: dana is no online key of this repository; that is online, online-2",
    );
    const { root, timestamp } = await team.release(NOW, "online-2");
    expect([root.signed.roles.snapshot, timestamp.signed.version]).toEqual([root.signed.roles.timestamp, 2]);
    expect([...timestamp.signatures.keys()]).toEqual([team.key("online-2").id]);
  });
});

describe("what would protect nothing is refused", () => {
  test.each([
    ["a key that is not there", { remove: ["mallory"] }, "root has no key mallory; it has alice, bob, carol"],
    [
      "a threshold that nobody reaches",
      { threshold: 4 },
      "a threshold of root is 1 to 3, as many as it has keys, not 4",
    ],
    [
      "fewer keys than the threshold",
      { remove: ["alice", "bob"] },
      "a threshold of root is 1 to 1, as many as it has keys, not 2",
    ],
    ["no key", { remove: [...ROOT] }, "root needs a key"],
  ])("%s", async (_, change, why) => {
    expect(await refusal(team.rotate({ group: "root", ...change }))).toBe(`keys_invalid: ${why}`);
    expect(await wanted()).toEqual({});
  });

  test("a key twice, also under another name", async () => {
    const again = namedKey(team.privateKey("alice"), "alice-2");
    expect(await refusal(team.rotate({ group: "root", add: [again] }))).toStartWith(
      "keys_invalid: the key of alice-2 is in root twice",
    );
  });

  test("the online key in an offline role, and two keys of one name", async () => {
    expect(await refusal(team.rotate({ group: "targets", add: [team.key("online")] }))).toStartWith(
      "keys_invalid: online is the online key and in targets",
    );
    const other = namedKey(team.privateKey("mallory"), "alice");
    expect(await refusal(team.rotate({ group: "targets", add: [other] }))).toStartWith(
      "keys_invalid: two keys are called alice",
    );
  });

  test("but a person may be in two offline roles", async () => {
    await team.rotate({ group: "targets", add: [team.key("alice")] });
    expect(await wanted()).toHaveProperty("root 2");
  });
});

test("a key that gets another name signs for both", async () => {
  const renamed = namedKey(team.privateKey("alice"), "alice-2");
  await team.rotate({ group: "root", remove: ["alice"], add: [renamed] });
  await team.sign("root", "alice", "bob");
  expect((await team.release()).root.signed.version).toBe(2);
});

test("renewal is the next version with a later end", async () => {
  const renewed = await team.use((folder) => renew(folder, "targets", later(60)));
  expect([renewed.signed.version, renewed.signed.expires]).toEqual([2, later(150)]);
  expect(await refusal(team.use((folder) => renew(folder, "targets", NOW)))).toStartWith(
    "nothing_to_renew: targets has a next version staged already",
  );
  await team.sign("targets", "dana", "finn");
  await team.release(later(60));
  await team.use((folder) => renew(folder, "root", later(60)));
  await team.sign("root", "bob", "carol");
  expect((await team.release(later(60))).root.signed.expires).toEqual(later(60 + 365));
});
