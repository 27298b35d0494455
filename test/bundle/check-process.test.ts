/** A bundle is checked in a process of its own before it is activated; row 92 of the attacks. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { sha256Of } from "../../src/bundle/content/build.ts";
import type { Candidate } from "../../src/bundle/content/candidate.ts";
import { type CheckBounds, checkInProcess } from "../../src/bundle/content/check-process.ts";
import { readFolder } from "../../src/bundle/content/folder.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);
const SAMPLE = readFolder(join(import.meta.dirname, "../../examples/fleet/bundle"));
const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-check-")));
afterAll(() => rmSync(path, { recursive: true }));

let count = 0;
function candidate(
  files: { readonly [name: string]: string } = {},
  more: Partial<Candidate> = {},
): Candidate {
  const all = new Map([
    ...SAMPLE,
    ...Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const),
  ]);
  const bytes = writeArchive(all);
  const file = join(path, `${count++}.tar.gz`);
  writeFileSync(file, bytes);
  return { path: file, sha256: sha256Of(bytes), fleet: "shops", channel: "prod", ...more };
}
const check = (of: Candidate, bounds: Partial<CheckBounds> = {}) =>
  checkInProcess(of, { program: executable(), ...bounds });
const metadata = (more: object) =>
  JSON.stringify({ ...JSON.parse(Buffer.from(SAMPLE.get("metadata.json") ?? "").toString()), ...more });

describe("a bundle that can be used", () => {
  test("is told of", async () => {
    const given = candidate();
    expect(await check(given)).toEqual({
      ok: true,
      revision: "example-1",
      sha256: given.sha256,
      policies: 4,
      entities: 4,
      scripts: ["restart-till", "till-errors"],
      limits: { timeout_ms: 60_000, concurrency: 2 },
      tests: 9,
    });
  });

  test("by a process that gives way to all others", async () => {
    const said = join(path, "nice");
    const program = join(path, "tells-its-priority");
    writeFileSync(program, `#!/bin/sh\nsleep 0.2; nice > ${said}`, { mode: 0o700 });
    await check(candidate(), { program });
    expect(Number(readFileSync(said, "utf8"))).toBeGreaterThan(getPriority());
  });

  test("with its kill, and with what its team allowed", async () => {
    const broad =
      "permit(principal is User, action, resource) when { true };\npermit(principal, action, resource);";
    const tests = { "tests/logs.json": "[]", "tests/service.json": "[]" };
    const given = candidate({
      ...tests,
      "policies/a.cedar": broad,
      "metadata.json": metadata({ kill: "a recall" }),
    });
    expect(await check(given)).toMatchObject({ ok: true, policies: 6, kill: "a recall" });
  });
});

describe("a bundle that is refused", () => {
  test.each<[string, () => Candidate, object]>([
    [
      "of another fleet",
      () => candidate({}, { fleet: "bakeries" }),
      {
        code: "bundle_wrong_fleet",
        message: "it is for the fleet shops, and this device is in bakeries",
        file: "metadata.json",
      },
    ],
    [
      "of another channel",
      () => candidate({}, { channel: "canary" }),
      { code: "bundle_wrong_channel", file: "metadata.json" },
    ],
    ["of another hash", () => candidate({}, { sha256: "0".repeat(64) }), { code: "bundle_changed" }],
    ["that is not there", () => candidate({}, { path: join(path, "nothing") }), { code: "bundle_invalid" }],
    [
      "for a newer agent",
      () => candidate({ "metadata.json": metadata({ min_agent: "9.0.0" }) }),
      { code: "bundle_needs_newer", file: "metadata.json" },
    ],
    [
      "for a newer Cedar",
      () => candidate({ "metadata.json": metadata({ cedar_version: "4.99" }) }),
      { code: "bundle_needs_newer" },
    ],
    [
      "without syntax",
      () => candidate({ "policies/a.cedar": "\npermit(" }),
      { code: "policy_syntax", file: "policies/a.cedar", line: 2 },
    ],
    [
      "with names that do not exist",
      () => candidate({ "policies/a.cedar": 'permit(principal, action == x::Action::"a", resource);' }),
      { code: "policy_invalid", file: "policies/a.cedar", line: 1 },
    ],
    [
      "with a script that does not compile",
      () => candidate({ "scripts/a.rhai": "1;\n]" }),
      { code: "script_invalid", file: "scripts/a.rhai", line: 2 },
    ],
    [
      "with a test that fails",
      () => candidate({ "policies/a.cedar": "forbid(principal, action, resource);" }),
      { code: "test_failed", file: "tests/logs.json", line: 2 },
    ],
  ])("%s", async (_, given, refused) => {
    expect(await check(given())).toMatchObject({ refused });
  });

  test("for a policy that would be the end of the engine: brackets", async () => {
    const bomb = `permit(principal, action, resource) when { ${"(".repeat(50_000)}`;
    expect(await check(candidate({ "policies/a.cedar": bomb }))).toMatchObject({
      refused: { code: "policy_too_deep" },
    });
  });

  test("for operators in one another, which nest without brackets", async () => {
    const bomb = `permit(principal, action, resource) when { ${"if true then ".repeat(20_000)} true };`;
    const answer = await check(candidate({ "policies/a.cedar": bomb }));
    expect(answer).toMatchObject({ refused: { file: "policies/a.cedar" } });
  });

  test("where the time is over", async () => {
    expect(await check(candidate(), { timeMs: 1 })).toEqual({
      refused: { code: "check_timeout", message: "checking it took longer than 1 ms (bundleCheckMs)" },
    });
  });

  test("where it takes too much memory", async () => {
    expect(await check(candidate(), { memoryBytes: 1 })).toEqual({
      refused: {
        code: "check_failed",
        message: "checking it took more memory than 1 bytes (bundleCheckBytes)",
      },
    });
  });

  test("where the process is something else, or ends without an answer", async () => {
    for (const program of ["/bin/false", "/bin/echo", join(path, "nothing")]) {
      const answer = await check(candidate(), { program });
      expect(answer).toMatchObject({ refused: { code: "check_failed" } });
    }
  });
});
