import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeArchive } from "../archive/index.ts";
import { MemoryTransport } from "../transport/memory.ts";
import { readPack, writePack } from "./pack.ts";
import { bundle, CHANNEL, later, NOW, refusal, Team } from "./testing.ts";
import { verify } from "./verify.ts";

let team: Team;
beforeEach(() => {
  team = new Team();
});
afterEach(() => team.remove());

const packed = (channel = CHANNEL) => team.use((folder) => writePack(folder, channel));

test("a device without a network has all that it needs from a pack", async () => {
  await team.released();
  await team.rotate({ group: "root", add: [team.key("chris")] });
  await team.sign("root", "alice", "bob");
  await team.add("2");
  await team.sign("targets", "dana", "eve");
  await team.release();
  const files = readPack(await packed());
  expect([...files.keys()]).toEqual([
    "metadata/1.root.json",
    "metadata/2.root.json",
    "metadata/2.snapshot.json",
    "metadata/2.targets.json",
    "metadata/timestamp.json",
    expect.stringMatching(/^targets\/fleet-a\/[0-9a-f]{64}\.prod\.tar\.gz$/),
  ]);
  expect([...files.values()].at(-1)).toEqual(Buffer.from(bundle("2")));
  const root = files.get("metadata/1.root.json") ?? new Uint8Array();
  const { bundles } = await verify(new MemoryTransport(files), { root, now: later(6) });
  expect(bundles.map(({ path, custom }) => [path, custom["revision"]])).toEqual([
    ["fleet-a/prod.tar.gz", "2"],
  ]);
  // A pack is as fresh as its timestamp.
  const late = verify(new MemoryTransport(files), { root, now: later(8) });
  expect(await refusal(late)).toStartWith("expired: timestamp");
});

test("the same repository makes the same pack", async () => {
  await team.released();
  expect(await packed()).toEqual(await packed());
});

test("there is none of what is not released", async () => {
  await team.init();
  expect(await refusal(packed())).toStartWith("repository_invalid: nothing is released yet");
  await team.add("1");
  await team.sign("root", "alice", "bob");
  await team.sign("targets", "dana", "eve");
  await team.release(NOW);
  expect(await refusal(packed("fleet-a/canary"))).toBe(
    "target_unknown: no bundle of fleet-a/canary is released; there are fleet-a/prod",
  );
});

test("a pack has bounds", () => {
  const many = new Map(
    Array.from({ length: 513 }, (_, index) => [`metadata/${index}.root.json`, new Uint8Array()]),
  );
  expect(() => readPack(writeArchive(many))).toThrow("limit packFiles");
  expect(() => readPack(Buffer.from("no archive"))).toThrow("does not begin as one of ours");
});
