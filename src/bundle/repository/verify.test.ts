import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PUBLIC } from "./folder.ts";
import { FolderTransport } from "./folder-transport.ts";
import { later, NOW, refusal, Team } from "./testing.ts";
import { verify } from "./verify.ts";

let team: Team;
beforeEach(async () => {
  team = new Team();
  await team.released();
});
afterEach(() => team.remove());

const at = (path: string): string => join(team.path, "public", path);
const verified = (now = NOW, seen = 0) =>
  team.use((folder) =>
    verify(new FolderTransport(folder, PUBLIC), {
      root: readFileSync(at("metadata/1.root.json")),
      now,
      seen,
    }),
  );

test("what a device takes", async () => {
  const { documents, bundles } = await verified();
  expect(documents.map(({ signed }) => `${signed._type} ${signed.version}`)).toEqual([
    "root 1",
    "targets 1",
    "snapshot 1",
    "timestamp 1",
  ]);
  expect(bundles.map(({ path }) => path)).toEqual(["fleet-a/prod.tar.gz"]);
});

test("what it refuses: what has expired, what is older than it has seen, a bundle that was changed", async () => {
  expect(await refusal(verified(later(7)))).toStartWith("expired: timestamp");
  expect(await refusal(verified(NOW, 2))).toStartWith("rollback: timestamp has version 1 after 2");
  expect(await refusal(verified(NOW, 1))).toBe("no error");
  const [name = ""] = readdirSync(at("targets/fleet-a"));
  writeFileSync(at(`targets/fleet-a/${name}`), "bundle 2");
  expect(await refusal(verified())).toStartWith("mismatch: ");
});

test("a folder answers as a static host, and no more than asked", () =>
  team.use(async (folder) => {
    const transport = new FolderTransport(
      folder,
      PUBLIC,
      new Map([["public/metadata/2.root.json", Buffer.from("root")]]),
    );
    expect(await transport.get("metadata/3.root.json", { maxBytes: 10 })).toEqual({ status: 404 });
    expect(await transport.get("metadata/2.root.json", { maxBytes: 4 })).toEqual({
      status: 200,
      body: Buffer.from("root"),
    });
    expect(await refusal(transport.get("metadata/2.root.json", { maxBytes: 3 }))).toStartWith("too_large");
    expect(await refusal(transport.get("metadata/1.root.json", { maxBytes: 3 }))).toContain("limit");
  }));
