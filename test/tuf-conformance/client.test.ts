/** The executable as the conformance suite of TUF calls it; the suite itself tests much more (CONTRIBUTING.md). */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestRepository } from "../../src/bundle/testing.ts";
import { executable } from "../support/executable.ts";
import { RepositoryServer } from "../support/repository-server.ts";

const base = mkdtempSync(join(tmpdir(), "remit-tuf-"));
const [metadata, targets] = [join(base, "metadata"), join(base, "targets")];
for (const path of [metadata, targets]) mkdirSync(path);
const repository = new TestRepository(new Date());
let server: RepositoryServer;
beforeAll(async () => {
  server = await RepositoryServer.start(repository.files);
});
afterAll(() => {
  server.close();
  rmSync(base, { recursive: true });
});

/** Calls the client; gives its exit status, and what it said. */
function call(...args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const env = { PATH: "/usr/bin:/bin", REMIT: executable() };
  const child = spawn(join(import.meta.dirname, "client"), ["--metadata-dir", metadata, ...args], { env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (said += piece));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, said })));
}
const urls = () => ["--metadata-url", `${server.url}metadata/`, "--target-base-url", `${server.url}targets/`];
const refresh = () => call(...urls(), "refresh");
const download = (...names: readonly string[]) =>
  call(...urls(), ...names.flatMap((name) => ["--target-name", name]), "--target-dir", targets, "download");
const trusted = () => readdirSync(metadata).sort();
const TOP = ["root.json", "snapshot.json", "targets.json", "timestamp.json"];

test("initialises, refreshes, and keeps only documents, under the names of their roles", async () => {
  const root = join(base, "a root.json");
  writeFileSync(root, repository.bytesOf("root"));
  expect(await call("init", root)).toEqual({ status: 0, said: "" });
  expect([trusted(), server.requests]).toEqual([["root.json"], []]);
  expect(await refresh()).toEqual({ status: 0, said: "" });
  expect(trusted()).toEqual(TOP);
  for (const role of ["root", "timestamp", "snapshot", "targets"]) {
    expect(readFileSync(join(metadata, `${role}.json`))).toEqual(Buffer.from(repository.bytesOf(role)));
  }
});

test("downloads targets, also by a role that is delegated to, and none that it has", async () => {
  repository.addTarget("file.txt", "content");
  repository.delegate("targets", "../team", { paths: ["team/*"] });
  repository.addTarget("team/file.txt", "of the team", { role: "../team" });
  repository.publishAll();
  expect(await download("file.txt", "team/file.txt")).toEqual({ status: 0, said: "" });
  expect(
    readdirSync(targets)
      .map((name) => readFileSync(join(targets, name), "utf8"))
      .sort(),
  ).toEqual(["content", "of the team"]);
  expect(trusted()).toEqual(["..%2Fteam.json", ...TOP]);
  server.requests.length = 0;
  expect(await download("file.txt")).toEqual({ status: 0, said: "" });
  expect(server.requests).toEqual(["metadata/2.root.json", "metadata/timestamp.json"]);
});

test("says what is wrong, and fails", async () => {
  expect(await download("file.txt", "nothing")).toEqual({
    status: 1,
    said: "error: the repository has no target nothing\n",
  });
  repository.timestamp.version = 1;
  repository.serve("timestamp");
  expect(await refresh()).toEqual({
    status: 1,
    said: "error: timestamp has version 1 after 2 was trusted\n",
  });
  expect(JSON.parse(readFileSync(join(metadata, "timestamp.json"), "utf8")).signed.version).toBe(2);
});

test("is in no help", async () => {
  const child = Bun.spawn([executable(), "--help"]);
  expect(await new Response(child.stdout).text()).not.toContain("tuf");
});
