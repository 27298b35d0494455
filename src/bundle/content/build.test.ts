import { describe, expect, test } from "bun:test";
import { buildBundle, sha256Of } from "./build.ts";
import { readBundle } from "./content.ts";
import { bundleFiles, HOST, readTest } from "./testing.ts";

const TESTS = { "tests/t.json": [readTest("/a", "allow")] };
const BROAD = { "policies/b.cedar": "permit(principal, action, resource);" };

describe("a bundle is built", () => {
  test("of files in any order, as the same bytes", async () => {
    const files = bundleFiles(TESTS);
    const { archive, tests } = await buildBundle(files, HOST);
    const other = await buildBundle(new Map([...files].reverse()), HOST);
    expect(archive?.bytes).toEqual(other.archive?.bytes ?? new Uint8Array());
    expect(archive?.sha256).toBe(sha256Of(archive?.bytes ?? new Uint8Array()));
    expect(tests).toHaveLength(1);
  });

  test("with another revision, time and channel than its metadata say", async () => {
    const named = { revision: "git:def", created: "2027-01-01T00:00:00Z", channel: "canary" };
    const { archive } = await buildBundle(bundleFiles(TESTS), HOST, named);
    expect(readBundle(archive?.bytes ?? new Uint8Array()).metadata).toMatchObject({
      ...named,
      fleet: "shops",
    });
    const again = await buildBundle(bundleFiles(TESTS), HOST, named);
    expect(again.archive?.sha256).toBe(archive?.sha256);
    const misnamed = await buildBundle(bundleFiles(TESTS), HOST, { channel: "Canary" });
    expect([misnamed.archive, misnamed.findings[0]?.code]).toEqual([undefined, "bundle_invalid"]);
  });

  test("with a permit of everything only where that is meant", async () => {
    const files = bundleFiles({ ...TESTS, ...BROAD });
    const refused = await buildBundle(files, HOST);
    expect([refused.archive, refused.findings[0]?.code]).toEqual([undefined, "policy_broad"]);
    const { archive, findings } = await buildBundle(files, HOST, { allowBroad: true });
    expect(archive).toBeDefined();
    expect(findings[0]).toMatchObject({ code: "policy_broad", severity: "warning" });
  });
});

test.each<[string, object, string]>([
  ["files that have no place", { "a.txt": "" }, "bundle_invalid"],
  ["metadata that are not right", { "metadata.json": {} }, "bundle_invalid"],
  ["policies without syntax", { "policies/b.cedar": "permit" }, "policy_syntax"],
  ["scripts that do not compile", { "scripts/s.rhai": "!!!" }, "script_invalid"],
  ["tests that fail", { "tests/t.json": [readTest("/a", "deny")] }, "test_failed"],
])("no bundle is built of %s", async (_, texts, code) => {
  for (const options of [{}, { allowBroad: true, revision: "x" }]) {
    const { archive, findings } = await buildBundle(bundleFiles({ ...TESTS, ...texts }), HOST, options);
    expect(archive).toBeUndefined();
    expect(findings).toContainEqual(expect.objectContaining({ severity: "error", code }));
  }
});
