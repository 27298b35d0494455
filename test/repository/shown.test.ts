/** Signers see all that they sign, whatever somebody has done to the folder before. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { bundleBytes, bundleFiles, Ceremony, CHANNEL, REPOSITORY } from "./ceremony.ts";

setDefaultTimeout(60_000);

let work: Ceremony;
beforeEach(() => {
  work = new Ceremony();
  work.released();
});
afterEach(() => work.remove());

const at = (...names: readonly string[]): string => join(work.path, REPOSITORY, ...names);
/** What a signer is shown who then does not sign. */
const shownTo = (name: string) => work.call(["repo", "sign", REPOSITORY, "--key", name]);

type Json = { [name: string]: unknown };

/** Changes what is signed of a document, and leaves its signatures. */
function edit(path: string, change: (signed: Json) => void): void {
  const document = JSON.parse(readFileSync(at(path), "utf8")) as { signed: Json };
  change(document.signed);
  writeFileSync(at(path), JSON.stringify(document));
}

const WIDE = '@id("read") permit(principal, action, resource);';

test("members that nobody expects", () => {
  work.add("2");
  const role = { name: "mallory", keyids: [], threshold: 1, terminating: true, paths: ["*"] };
  edit("staging/targets.json", (signed) =>
    Object.assign(signed, { delegations: { keys: {}, roles: [role] }, "x-note": "\u001b[2J" }),
  );
  const { stdout } = shownTo("dana");
  expect(stdout).toContain('  delegations: {"keys":{},"roles":[{"name":"mallory",');
  expect(stdout).toContain('  x-note: "\\u001b[2J"\n');
});

test("the texts of approved scripts and of the schema", () => {
  const files = bundleFiles("2");
  files.set("scripts/clean.rhai", Buffer.from("info(`cleaning`);\ncat(`/var/log/x`)\n"));
  files.set("schema.cedarschema", Buffer.from("namespace shops { entity Site; }\n"));
  work.expectDone(
    "repo",
    "add",
    REPOSITORY,
    work.file("2.tar.gz", writeArchive(files)),
    "--channel",
    CHANNEL,
  );
  const { stdout } = shownTo("dana");
  expect(stdout).toContain(
    "      text of clean:\n        + info(`cleaning`);\n        + cat(`/var/log/x`)\n",
  );
  expect(stdout).toContain("        + namespace shops { entity Site; }\n");
});

test("other keys for the snapshot alone", () => {
  work.expectDone("repo", "rotate", REPOSITORY, "--role", "root", "--add", "mallory.pub");
  edit("staging/root.json", (signed) => {
    const { root, snapshot } = signed["roles"] as { [role: string]: { keyids: string[] } };
    snapshot?.keyids.splice(0, 1, root?.keyids.at(-1) ?? "");
  });
  const { stdout } = shownTo("alice");
  expect(stdout).toMatch(
    /\n {2}snapshot {2}1 of mallory {2}\(was 1 of online\)\n {4}- online .*\n {4}\+ mallory /,
  );
  expect(stdout).toContain("  timestamp 1 of online\n");
});

test("a bundle in the place of another one, or called otherwise than it calls itself", () => {
  work.add("2");
  const folder = at("staging/targets/fleet-a");
  const [name = ""] = readdirSync(folder);
  const bytes = readFileSync(join(folder, name));
  writeFileSync(join(folder, name), bundleBytes("other"));
  expect(work.refused("repo", "sign", REPOSITORY, "--key", "dana", "--yes")).toStartWith(
    "error: the bundle of fleet-a/prod.tar.gz is not the one that is named; bring back repository/staging/targets/",
  );
  writeFileSync(join(folder, name), bytes);
  edit("staging/targets.json", ({ targets }) => {
    const { custom } = (targets as { [path: string]: { custom: Json } })["fleet-a/prod.tar.gz"] ?? {};
    Object.assign(custom ?? {}, { revision: "1" });
  });
  expect(work.refused("repo", "sign", REPOSITORY, "--key", "dana", "--yes")).toStartWith(
    "error: what is staged of fleet-a/prod.tar.gz is not what the bundle says of itself",
  );
});

test("a bundle of another channel", () => {
  work.add("2");
  edit("staging/targets.json", (signed) => {
    const targets = signed["targets"] as Json;
    targets["fleet-b/prod.tar.gz"] = targets["fleet-a/prod.tar.gz"];
  });
  const [name = ""] = readdirSync(at("staging/targets/fleet-a"));
  cpSync(at("staging/targets/fleet-a", name), at("staging/targets/fleet-b", name));
  expect(work.refused("repo", "sign", REPOSITORY, "--key", "dana", "--yes")).toMatch(
    /^error: what is staged of fleet-b\/prod.tar.gz is not what the bundle says of itself \(fleet-a\/prod/,
  );
});

test("what is released only counts if it is signed: a change cannot be made to look like none", () => {
  work.add("2", WIDE);
  const staged = readFileSync(at("staging/targets.json"), "utf8");
  expect(shownTo("dana").stdout).toContain("~ permit read: its action became wider");
  // As if it were released already, but for the version.
  const { signed } = JSON.parse(staged);
  const { signatures } = JSON.parse(readFileSync(at("public/metadata/1.targets.json"), "utf8"));
  writeFileSync(
    at("public/metadata/1.targets.json"),
    JSON.stringify({ signatures, signed: { ...signed, version: 1 } }),
  );
  const { stdout } = shownTo("dana");
  expect(stdout).toContain(
    "  targets 1 is not signed as it must be; all is shown as new\n  + fleet-a/prod: new, 2,",
  );
  expect(stdout).toContain("+ permit read");
});
