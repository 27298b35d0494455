import { describe, expect, test } from "bun:test";
import { PolicyError } from "../../policy/index.ts";
import { checkContent, type Host } from "./check.ts";
import { readContent } from "./content.ts";
import { findingText } from "./finding.ts";
import { bundleFiles, HOST, METADATA, READ, readTest } from "./testing.ts";

const check = async (texts: object, host: Host = HOST) => {
  const { findings, tests } = await checkContent(readContent(bundleFiles({ ...texts })), host);
  return { said: findings.map((finding) => `${finding.code} ${findingText(finding)}`), tests };
};
const TESTED = { "tests/t.json": [readTest("/a", "allow", { reason: ["read"] })] };
const group = (id: string, parents: readonly string[] = []) => ({
  uid: { type: "Group", id },
  attrs: {},
  parents: parents.map((each) => ({ type: "Group", id: each })),
});
const DEVICE = {
  "schema.cedarschema": "entity Device { tier: Long };",
  "entities/d.json": [{ uid: { type: "Device", id: "this" }, attrs: { tier: 2 }, parents: [] }],
  "policies/read.cedar": READ.replace(";", ' when { Device::"this".tier >= 2 };'),
};

describe("a bundle in which nothing is found", () => {
  test("with a policy and its test", async () => {
    const { said, tests } = await check(TESTED);
    expect(said).toEqual([]);
    expect(tests).toHaveLength(1);
  });

  test("with all that there can be", async () => {
    const groups = { "entities/g.json": [group("a", ["b"]), group("b")], "scripts/s.rhai": "1" };
    const { said } = await check({ ...TESTED, ...DEVICE, ...groups });
    expect(said).toEqual([]);
  });
});

describe("what is found has its place", () => {
  test.each<[string, object, string]>([
    [
      "no syntax",
      { "policies/b.cedar": "permit(principal,\n  action);" },
      "policy_syntax policies/b.cedar:2: error: ",
    ],
    [
      "a bomb of brackets",
      { "policies/b.cedar": `\n${"(".repeat(5000)}` },
      "policy_too_deep policies/b.cedar:2: error: ",
    ],
    [
      "one id twice",
      { "policies/b.cedar": `\n${READ}` },
      'policy_invalid policies/read.cedar:1: error: the policy at policies/b.cedar:2 has the id "read", too',
    ],
    [
      "an unknown action",
      { "policies/b.cedar": READ.replace('"read"', '"b"').replace('Action::"read"', 'Action::"raed"') },
      "policy_invalid policies/b.cedar:1:",
    ],
    [
      "a schema without syntax",
      { "schema.cedarschema": "\nentity" },
      "schema_invalid schema.cedarschema:2: error: ",
    ],
    [
      "a schema that changes Remit's",
      { "schema.cedarschema": "entity String;" },
      "schema_invalid schema.cedarschema: error: it changes",
    ],
    [
      "an entity twice",
      { "entities/a.json": [group("a")], "entities/b.json": [group("b"), group("a")] },
      'entities_invalid entities/b.json:10: error: the entity Group::"a" is there twice',
    ],
    [
      "a file as an entity",
      { "entities/a.json": [group("a"), { ...group("b"), uid: { type: "file_system::File", id: "/b" } }] },
      'entities_invalid entities/a.json:10: error: the entity file_system::File::"/b" is of no type',
    ],
    [
      "an entity that does not fit",
      {
        ...DEVICE,
        "entities/d.json": [{ uid: { type: "Device", id: "this" }, attrs: { tier: "2" }, parents: [] }],
      },
      "entities_invalid entities/d.json:2: error: ",
    ],
    [
      "a script",
      { "scripts/s.rhai": "let a = 1;\n!!!" },
      "script_invalid scripts/s.rhai:2:1: error: Unexpected '!'",
    ],
    [
      "another Remit",
      { "metadata.json": { ...METADATA, min_agent: "0.2.0" } },
      "bundle_needs_newer metadata.json:7: error: it needs Remit 0.2.0, and this is Remit 0.1.0; update Remit first",
    ],
    [
      "another Cedar",
      { "metadata.json": { ...METADATA, cedar_version: "5.0" } },
      "bundle_needs_newer metadata.json:6: error: it needs Cedar 5.0, and this is Cedar 4.13.0",
    ],
    [
      "a permit of everything",
      { "policies/b.cedar": "\npermit(principal, action, resource);" },
      "policy_broad policies/b.cedar:2:1: error: b.policy0 permits every action on everything to everybody",
    ],
    [
      "a permit of everything with a condition that is none",
      { "policies/b.cedar": "permit(principal, action, resource) when { true } unless { false };" },
      "policy_broad policies/b.cedar:1:1",
    ],
    [
      "a test that fails",
      { "tests/b.json": [readTest("/a", "allow"), readTest("/a", "deny", { name: "nobody reads" })] },
      'test_failed tests/b.json:14: error: the policy test "nobody reads" failed: expected deny, but it is allow\nallowed: file_system.read on file_system::File::"/a"\n  permitted by read',
    ],
  ])("%s", async (_, texts, message) => {
    const { said } = await check({ ...TESTED, ...texts });
    expect(said.filter((text) => text.includes("error: ")).join("\n")).toContain(message);
  });

  test.each([
    [
      "a permit of everything with a condition",
      "permit(principal, action, resource) when { principal is User };",
    ],
    ["a permit of one action", 'permit(principal, action == file_system::Action::"stat", resource);'],
    ["a forbid of everything", "forbid(principal, action, resource) unless { principal is User };"],
  ])("%s is no error", async (_, policy) => {
    const { said } = await check({ ...TESTED, "policies/b.cedar": policy });
    expect(said.filter((text) => text.includes("error: "))).toEqual([]);
  });

  test.each([
    ["0.1.0", true],
    ["0.1.1", false],
    ["0.0.9", true],
    ["1.0.0", false],
  ])("an agent of 0.1.0 takes what needs %s: %p", async (min_agent, isTaken) => {
    const { said } = await check({ ...TESTED, "metadata.json": { ...METADATA, min_agent } });
    expect(said.length === 0).toBe(isTaken);
  });
});

describe("what was validated before", () => {
  const WRONG = READ.replace('"read"', '"b"').replace('Action::"read"', 'Action::"raed"');
  const texts = { ...TESTED, "policies/b.cedar": WRONG };
  const validated = (schema?: string) => ({ ...HOST, validated: { texts: new Set([WRONG]), schema } });
  const isFound = async (host: Host, text = WRONG) =>
    (await check({ ...texts, "policies/b.cedar": text }, host)).said.some((line) =>
      line.startsWith("policy_invalid policies/b.cedar"),
    );

  test("is not validated once more, if its text is the same, and the schema", async () => {
    expect(await isFound(HOST)).toBe(true);
    expect(await isFound(validated())).toBe(false);
    expect(await isFound(validated(), `${WRONG} `.replace("(", "( "))).toBe(true);
    expect(await isFound(validated("entity Device;"))).toBe(true);
  });
});

describe("advice", () => {
  test("for policies that no test is determined by", async () => {
    expect((await check({})).said).toEqual(["bundle_invalid warning: no policy test is determined by read"]);
    const many = Array.from({ length: 12 }, () => READ.replace('@id("read")', "")).join("\n");
    expect((await check({ "policies/read.cedar": many })).said[0]).toContain("read.policy9 and 2 more");
  });

  test("for a bundle without policies", async () => {
    const { said } = await check({ "policies/read.cedar": undefined });
    expect(said).toEqual(["bundle_invalid warning: it has no policies: everything is denied"]);
  });

  test("for entities that nothing names", async () => {
    const entities = [
      group("a", ["b"]),
      group("b"),
      group("c"),
      { ...group("x", ["b"]), uid: { type: "User", id: "u" } },
    ];
    const { said } = await check({ ...TESTED, "entities/g.json": entities });
    expect(said).toEqual([
      'bundle_invalid entities/g.json:23: warning: nothing names Group::"c"; is its id mistyped?',
    ]);
    const named = READ.replace("principal,", 'principal in Group::"c",');
    expect(
      (
        await check({
          ...TESTED,
          "policies/b.cedar": named.replace('"read"', '"b"'),
          "entities/g.json": entities,
        })
      ).said,
    ).not.toContain("nothing names");
  });
});

test("what the host does not take beside its own is a finding", async () => {
  const refused = new PolicyError("policy_invalid", "ids that begin with x are reserved", {
    file: "policies/read.cedar",
  });
  const complete = () => {
    throw refused;
  };
  expect((await check(TESTED, { ...HOST, complete })).said).toEqual([
    "policy_invalid policies/read.cedar: error: ids that begin with x are reserved",
  ]);
});

test("policies of the host hold in tests, too", async () => {
  const complete: Host["complete"] = (set) => ({
    ...set,
    policies: set.policies.map((policy) => ({
      ...policy,
      effect: "forbid" as const,
      text: policy.text.replace("permit", "forbid"),
    })),
  });
  const { said } = await check(TESTED, { ...HOST, complete });
  expect(said[0]).toContain("expected allow, but it is deny");
});
