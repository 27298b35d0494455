import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { sign as signBytes } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sign, signableIn, takeSignatures, waitingIn } from "./sign.ts";
import { keySigner } from "./signer.ts";
import { readState } from "./state.ts";
import { refusal, Team } from "./testing.ts";

let team: Team;
beforeEach(async () => {
  team = new Team();
  await team.init();
  await team.add("1");
});
afterEach(() => team.remove());

const signable = async (name: string, only?: "root" | "targets") =>
  signableIn(await team.state(), team.key(name).key, only).map(({ type, name, isSigned }) => [
    type,
    name,
    isSigned,
  ]);

const signed = async () =>
  Object.fromEntries(
    waitingIn(await team.state()).map(({ type, quorums }) => [
      type,
      quorums.flatMap((quorum) => quorum.signed.map(({ name }) => name)),
    ]),
  );

test("a key signs what its role is for", async () => {
  expect(await signable("alice")).toEqual([["root", "alice", false]]);
  expect(await signable("dana")).toEqual([["targets", "dana", false]]);
  await team.sign("targets", "dana");
  expect(await signable("dana")).toEqual([["targets", "dana", true]]);
  expect(await signed()).toEqual({ root: [], targets: ["dana"] });
});

test("other keys sign nothing", async () => {
  const refused = (name: string, only?: "root" | "targets") => refusal(signable(name, only));
  expect(await refused("mallory")).toBe(
    "not_of_role: this key signs nothing that is staged: root 1 takes alice, bob, carol; targets 1 takes dana, eve, finn",
  );
  expect(await refused("dana", "root")).toContain("root 1 takes alice, bob, carol");
  expect(await refused("online")).toStartWith("not_of_role");
});

test("what has been released takes no more signatures", async () => {
  await team.sign("root", "alice", "bob");
  await team.sign("targets", "dana", "eve");
  await team.release();
  expect(await refusal(signable("alice"))).toStartWith("nothing_staged: nothing is staged;");
  await team.rotate({ group: "root", add: [team.key("dave")] });
  expect(await refusal(signable("dana", "targets"))).toStartWith(
    "nothing_staged: nothing of targets is staged;",
  );
});

test("one key signs twice and counts once", async () => {
  await team.sign("targets", "dana", "dana");
  expect(await signed()).toEqual({ root: [], targets: ["dana"] });
});

test("a signer that signs something else is found out", async () => {
  const key = team.privateKey("alice");
  const honest = keySigner(key, "alice.key");
  const wrong = { ...honest, sign: () => Promise.resolve(signBytes(null, Buffer.from("other"), key)) };
  const attempt = team.use(async (folder) => {
    for (const signable of signableIn(readState(folder), honest.key)) await sign(folder, signable, wrong);
  });
  expect(await refusal(attempt)).toBe("signer: what alice.key signed does not verify with its public key");
  expect(await signed()).toEqual({ root: [], targets: [] });
});

describe("signatures of a copy", () => {
  const staged = () => join(team.path, "staging/targets.json");
  const copy = () => join(team.path, "copy.json");
  const take = () => team.use((folder) => takeSignatures(folder, readState(folder), copy()));

  test("are taken over, each once", async () => {
    const before = readFileSync(staged());
    await team.sign("targets", "dana");
    copyFileSync(staged(), copy());
    writeFileSync(staged(), before);
    await team.sign("targets", "eve");
    expect([await take(), await take()]).toEqual([["dana"], []]);
    expect(await signed()).toEqual({ root: [], targets: ["dana", "eve"] });
  });

  test("are refused when they are for something else", async () => {
    await team.sign("targets", "dana");
    copyFileSync(staged(), copy());
    await team.add("2");
    expect(await refusal(take())).toEndWith(
      "does not say what staging/targets.json says; sign a copy of that one",
    );
    writeFileSync(copy(), "{}");
    expect(await refusal(take())).toEndWith("copy.json is no copy of a file that is staged");
  });

  test("count only where they verify and their owners have a say", async () => {
    const { signatures: _, signed: content } = JSON.parse(readFileSync(staged(), "utf8"));
    const signatures = ["dana", "mallory"].map((name) => ({
      keyid: team.key(name).id,
      sig: "00".repeat(64),
    }));
    writeFileSync(copy(), JSON.stringify({ signatures, signed: content }));
    expect(await take()).toEqual([]);
    expect(JSON.parse(readFileSync(staged(), "utf8")).signatures).toEqual([]);
  });
});
