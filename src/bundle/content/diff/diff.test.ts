import { describe, expect, test } from "bun:test";
import { readContent } from "../content.ts";
import { bundleFiles, METADATA, READ, readTest, refusalOf } from "../testing.ts";
import { diffBundles, diffText } from "./index.ts";

const compare = (before: object, after: object, complete = <T>(set: T): T => set) =>
  diffBundles(readContent(bundleFiles({ ...before })), readContent(bundleFiles({ ...after })), complete);
const group = (id: string, parents: readonly string[] = []) => ({
  uid: { type: "Group", id },
  attrs: {},
  parents: parents.map((each) => ({ type: "Group", id: each })),
});

describe("two bundles", () => {
  test("are the same, whatever they are called", () => {
    const renamed = {
      "metadata.json": { ...METADATA, revision: "git:def", created: "2027-01-01T00:00:00Z" },
    };
    expect(compare({}, {})).toMatchObject({ same: true, metadata: [] });
    const diff = compare({}, renamed);
    expect(diff.same).toBe(true);
    expect(diff.metadata.map(({ name }) => name)).toEqual(["created", "revision"]);
    expect(diffText(compare({}, {}))).toBe("nothing differs\n");
  });

  test("are the same in other files", () => {
    const moved = { "policies/read.cedar": undefined, "policies/b.cedar": `\n${READ}\n` };
    const entities = [group("a", ["b", "c"]), group("b"), group("c")];
    const before = { "entities/a.json": entities };
    const after = { ...moved, "entities/b.json": [group("c"), group("b"), group("a", ["c", "b"])] };
    expect(compare(before, after).same).toBe(true);
  });

  test.each<[string, object, object, object]>([
    ["policies", {}, { "policies/read.cedar": "" }, { policies: [{ id: "read", change: "removed" }] }],
    ["limits", {}, { "limits.json": { queue: 1 } }, { limits: [{ name: "queue", after: 1 }] }],
    [
      "schema",
      { "schema.cedarschema": "entity A;" },
      {},
      { schema: [{ name: "schema.cedarschema", before: "entity A;" }] },
    ],
    [
      "entities",
      { "entities/a.json": [group("a"), group("b")] },
      { "entities/a.json": [group("a", ["b"]), group("b")] },
      { entities: [{ name: 'Group::"a"', before: { parents: [] }, after: { parents: ['Group::"b"'] } }] },
    ],
    [
      "scripts",
      { "scripts/a.rhai": "1" },
      { "scripts/a.rhai": "2", "scripts/b.rhai": "" },
      {
        scripts: [
          { name: "a", before: "1", after: "2" },
          { name: "b", after: "" },
        ],
      },
    ],
    [
      "policy tests",
      {},
      { "tests/t.json": [readTest("/a", "allow")] },
      { tests: [{ name: "tests/t.json" }] },
    ],
    [
      "whom they are for",
      {},
      { "metadata.json": { ...METADATA, channel: "canary" } },
      { metadata: [{ name: "channel", before: "prod", after: "canary" }] },
    ],
    [
      "kill",
      {},
      { "metadata.json": { ...METADATA, kill: "recall" } },
      { metadata: [{ name: "kill", after: "recall" }] },
    ],
  ])("differ in %s", (_, before, after, expected) => {
    const diff = compare(before, after);
    expect(diff.same).toBe(false);
    expect(diff).toMatchObject(expected);
    const empty = Object.entries(diff).filter(([name]) => name !== "same" && !(name in expected));
    expect(empty.every(([, list]) => Array.isArray(list) && list.length === 0)).toBe(true);
  });

  test("differ in decisions of the tests of both", () => {
    const before = {
      "tests/t.json": [readTest("/a", "allow", { name: "old" }), readTest("/b", "allow", { name: "both" })],
    };
    const after = {
      "policies/read.cedar": READ.replace(", resource)", ', resource == file_system::File::"/c")'),
      "tests/t.json": [
        readTest("/b", "deny", { name: "both, now" }),
        readTest("/c", "allow"),
        readTest("/d", "deny"),
      ],
    };
    expect(compare(before, after).decisions).toMatchObject([
      {
        test: "both, now",
        file: "tests/t.json",
        before: "allow",
        after: "deny",
        request: { resource: 'file_system::File::"/b"' },
      },
      { test: "test 3", before: "allow", after: "deny" },
      { test: "old", before: "allow", after: "deny" },
    ]);
  });

  test("a test that cannot be asked of one of them is neither allowed nor denied by it", () => {
    const entity = { uid: { type: "Device", id: "d" }, attrs: {}, parents: [] };
    const after = {
      "schema.cedarschema": "entity Device;",
      "tests/t.json": [readTest("/a", "allow", { entities: [entity] })],
    };
    expect(compare({}, after).decisions).toMatchObject([{ before: "invalid", after: "allow" }]);
  });

  test("policies of the host hold beside both", () => {
    const tests = { "tests/t.json": [readTest("/a", "allow")] };
    const removed = { ...tests, "policies/read.cedar": "" };
    expect(compare(tests, removed).decisions).toHaveLength(1);
    const nothing = (set: object) => ({ ...set, policies: [] });
    expect(compare(tests, removed, nothing as never).decisions).toEqual([]);
  });

  test("one that cannot be loaded is refused, with the place", () => {
    const wrong = { "policies/read.cedar": "permit(" };
    expect(refusalOf(() => compare({}, wrong))).toStartWith("policy_syntax policies/read.cedar:1: ");
    expect(refusalOf(() => compare(wrong, {}))).toStartWith("policy_syntax");
  });
});

test("for a person, what can allow more comes first", () => {
  const before = {
    "policies/read.cedar": `${READ}\n@id("no") forbid(principal, action, resource is file_system::Dir);`,
    "limits.json": { queue: 1 },
    "tests/t.json": [readTest("/a", "allow", { name: "reads" })],
  };
  const after = {
    "metadata.json": { ...METADATA, kill: "a recall" },
    "policies/read.cedar": READ.replace(", resource)", ', resource in file_system::Dir::"/b")'),
    "scripts/s.rhai": "1",
    "tests/t.json": [readTest("/a", "deny", { name: "reads" })],
  };
  expect(diffText(compare(before, after))).toBe(`kill:
  EVERYTHING IS STOPPED while this bundle is the active one: a recall

policies that can allow more than before:
  - forbid no
      - @id("no") forbid(principal, action, resource is file_system::Dir);

policies that allow nothing more than before:
  ~ permit read: its resource became narrower
      - @id("read") permit(principal, action == file_system::Action::"read", resource);
      + @id("read") permit(principal, action == file_system::Action::"read", resource in file_system::Dir::"/b");

requests of policy tests that are decided otherwise:
  allow → deny: User::"root" file_system::Action::"read" file_system::File::"/a" (tests/t.json: reads)

limits:
  - queue: 1

approved scripts:
  + s

policy tests:
  ~ tests/t.json
`);
  const resumed = compare({ "metadata.json": { ...METADATA, kill: "a recall" } }, {});
  expect(diffText(resumed)).toBe("kill:\n  what was stopped goes on: a recall\n");
});
