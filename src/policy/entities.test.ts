import { describe, expect, test } from "bun:test";
import { Decider } from "./decide.ts";
import { type Entity, loadEntities } from "./entities.ts";
import { PolicyError, parsePolicySet } from "./index.ts";
import { extendSchema } from "./schema.ts";
import { fileRequest } from "./testing.ts";
import type { Principal } from "./types.ts";

const schema = extendSchema(`
  entity Site in [Region];
  entity Region;
  entity Device in [Site] { tier: Long, site: Site, keeper?: Agent } tags Site;`);

const group = (id: string) => ({ type: "Group", id });
const entity = (type: string, id: string, more: Partial<Entity> = {}): Entity => ({
  uid: { type, id },
  attrs: {},
  parents: [],
  ...more,
});
const site = { __entity: { type: "Site", id: "north" } };
const REGION = { type: "Region", id: "eu" };
const ALL = [
  entity("Group", "a", { parents: [group("b")] }),
  entity("Group", "b", { parents: [group("c")] }),
  entity("Agent", "assistant", { parents: [group("x")] }),
  entity("Agent", "other", { parents: [group("a")] }),
  entity("User", "root", { parents: [group("b")] }),
  entity("Region", "eu"),
  entity("Site", "north", { parents: [REGION] }),
  entity("Device", "this", {
    attrs: { tier: 2, site, keeper: { __entity: { type: "Agent", id: "other" } } },
    tags: { old: site },
  }),
];
const agent: Principal = {
  type: "Agent",
  id: "assistant",
  attributes: { autonomy: 3 },
  groups: ["a"],
};
const request = fileRequest("open", "/a");
const decide = (policy: string, principal: Principal = agent, entities = ALL) =>
  new Decider(
    { ...parsePolicySet(policy), schema, entities: loadEntities(entities, schema) },
    principal,
  ).decide(request);
const allows = (policy: string, principal?: Principal) => {
  const { allowed, failure, errors } = decide(policy, principal);
  expect([policy, failure, errors]).toEqual([policy, undefined, []]);
  return allowed;
};

describe("groups of a principal", () => {
  test("are its own, those that the entities say, and all that these are in", () => {
    for (const id of ["a", "b", "c", "x"]) {
      for (const clause of [`in Group::"${id}"`, `is Agent in Group::"${id}"`]) {
        expect([clause, allows(`permit(principal ${clause}, action, resource);`)]).toEqual([clause, true]);
      }
      const when = `when { principal in Group::"${id}" && principal in [Group::"no", Group::"${id}"] }`;
      expect(allows(`permit(principal, action, resource) ${when};`)).toBe(true);
    }
    expect(allows('permit(principal in Group::"d", action, resource);')).toBe(false);
    expect(allows('permit(principal, action, resource) unless { principal in Group::"b" };')).toBe(false);
  });

  test("forbid, too", () => {
    const policy = 'permit(principal, action, resource); forbid(principal in Group::"c", action, resource);';
    expect(allows(policy)).toBe(false);
    expect(allows(policy, { ...agent, groups: [] })).toBe(true);
  });

  test("of an account of the machine are those that the entities say", () => {
    const policy = 'permit(principal in Group::"c", action, resource);';
    expect(allows(policy, { type: "User", id: "root" })).toBe(true);
    expect(allows(policy, { type: "User", id: "alice" })).toBe(false);
    expect(decide(policy, { type: "User", id: "root" }, []).allowed).toBe(false);
  });

  test("do not change what the principal is", () => {
    const policy = 'permit(principal in Group::"x", action, resource) when { principal.autonomy == 3 };';
    expect(allows(policy)).toBe(true);
    expect(allows(policy, { ...agent, attributes: { autonomy: 2 } })).toBe(false);
    // Of which nothing is known but its groups: it observes.
    const observes = 'permit(principal in Group::"x", action, resource) when { principal.autonomy == 0 };';
    expect(allows(observes, { type: "Agent", id: "assistant" })).toBe(true);
  });
});

test("ids may have in them whatever Cedar's own syntax is made of", () => {
  const ids = ['a"b', "a\\b", 'x"::Group::"y', "a\nb", "", "ä\u{1f600}", '"]', "${x}", "Group::a", "\0"];
  for (const id of ids) {
    const written = [...id].map((character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join("");
    const all = [
      ...ALL,
      entity("Group", id, { parents: [group("above")] }),
      entity("User", id, { parents: [group(id)] }),
    ];
    const user = { type: "User", id };
    const policy = (scope: string, when = "") => `permit(principal ${scope}, action, resource)${when};`;
    for (const text of [
      policy(`in Group::"${written}"`),
      policy('in Group::"above"'),
      policy(`== User::"${written}"`),
      policy("", ` when { Group::"${written}" in Group::"above" }`),
    ]) {
      expect([text, decide(text, user, all).allowed]).toEqual([text, true]);
      expect([text, decide(text, { type: "User", id: `${id}x` }, all).allowed]).toEqual([
        text,
        text.includes("when"),
      ]);
    }
  }
});

describe("entities that policies name", () => {
  const permit = (condition: string) => `permit(principal, action, resource) when { ${condition} };`;
  test.each([
    'Device::"this".tier == 2',
    'Device::"this".site == Site::"north"',
    'Device::"this".site in Region::"eu"',
    'Device::"this".getTag("old") in Region::"eu"',
    'Device::"th\\u{69}s".tier == 2',
    'Device :: "this" // comment\n .tier == 2',
    'Site::"north" in Region::"eu"',
    'Group::"a" in Group::"c"',
    '[Site::"north"].contains(Device::"this".site)',
    '{"in": Device::"this"}["in"].tier == 2',
    '{"==": {"left": Device::"this"}}["=="].left.tier == 2',
    '(if true then Device::"this" else Device::"that").tier == 2',
    'Device::"this".keeper in Group::"c"',
    'Agent::"other" in Group::"b"',
    'Device::"this".keeper.autonomy == 0',
    'Agent::"assistant".autonomy == 3',
    'principal == Agent::"assistant"',
    'Device::"this" has keeper && Device::"this".hasTag("old")',
    'Device::"this" is Device',
    'User::"root" in Group::"c"',
  ])("%s", (condition) => {
    expect(allows(permit(condition))).toBe(true);
    expect(allows(`permit(principal, action, resource) unless { ${condition} };`)).toBe(false);
    expect(
      allows(
        `permit(principal, action, resource); forbid(principal, action, resource) when { ${condition} };`,
      ),
    ).toBe(false);
  });

  test("are given, and no others", () => {
    const entities = loadEntities(ALL, schema);
    const seen = (policy: string) =>
      entities
        .seenBy(parsePolicySet(policy).policies, agent)
        .map(({ uid }) => ("type" in uid ? uid.id : ""))
        .sort();
    expect(seen(permit('Device::"this".tier == 2'))).toEqual(["north", "other", "this"]);
    expect(seen(permit('principal in Group::"a"'))).toEqual([]);
    expect(seen('permit(principal in Group::"a", action, resource);')).toEqual([]);
    expect(seen(permit('principal == Agent::"assistant" || principal in [Group::"a"]'))).toEqual([]);
    expect(seen(permit('Agent::"assistant".autonomy == 3'))).toEqual([]);
  });
});

describe("entities that are refused", () => {
  const refusal = (...entities: readonly Entity[]): string => {
    try {
      loadEntities(entities, schema);
    } catch (error) {
      if (error instanceof PolicyError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return "";
  };
  const attrs = { tier: 1, site };

  test("those of the other tests are not", () => {
    expect(refusal(...ALL)).toBe("");
    expect(refusal(entity("Token", "t", { parents: [group("a")] }))).toBe("");
    expect(refusal(entity("Device", "d", { attrs }))).toBe("");
  });

  test.each<[string, readonly Entity[], string]>([
    [
      "a file",
      [entity("file_system::File", "/a", { attrs: { path: "/b" } })],
      "is of no type that may be given",
    ],
    ["a directory", [entity("file_system::Dir", "/a")], "what resources are, Remit says itself"],
    ["a process", [entity("process_system::Process", "1")], "is of no type"],
    ["arguments", [entity("file_system::Arguments", "a")], "is of no type"],
    ["an action", [entity("file_system::Action", "open")], "is of no type"],
    ["an action group", [entity("file_system::Action", "SafeIO")], "is of no type"],
    ["an unknown type", [entity("Robot", "r")], "is of no type"],
    ["a type that hides another", [entity('Group::"x', "r")], "is of no type"],
    [
      "autonomy",
      [entity("Agent", "a", { attrs: { autonomy: 4 } })],
      'Agent::"a" has attributes; what a principal',
    ],
    ["attributes of a user", [entity("User", "u", { attrs: { x: 1 } })], "has attributes"],
    ["tags of a principal", [entity("Agent", "a", { tags: {} })], "has attributes"],
    ["attributes of a group", [entity("Group", "g", { attrs: { x: 1 } })], "has attributes"],
    [
      "a principal in a principal",
      [entity("Agent", "a", { parents: [agent] })],
      'is in Agent::"assistant", which is no Group',
    ],
    ["a group in a file", [entity("Group", "g", { parents: [request.resource] })], "which is no Group"],
    [
      "one that is there twice",
      [entity("Group", "g"), entity("Group", "g")],
      'the entity Group::"g" is there twice',
    ],
    ["a missing attribute", [entity("Device", "d", { attrs: { tier: 1 } })], "site"],
    ["an attribute of another type", [entity("Device", "d", { attrs: { tier: "1", site } })], "tier"],
    ["an unknown attribute", [entity("Device", "d", { attrs: { ...attrs, x: 1 } })], "x"],
    ["tags that the type does not have", [entity("Site", "s", { tags: { a: "b" } })], "tag"],
    ["a parent of another type", [entity("Device", "d", { attrs, parents: [REGION, group("a")] })], "Group"],
    [
      "a circle",
      [entity("Group", "a", { parents: [group("b")] }), entity("Group", "b", { parents: [group("a")] })],
      "cycle",
    ],
    [
      "a file among the parents of an own type",
      [entity("Site", "s", { parents: [request.resource] })],
      "file_system::File",
    ],
  ])("%s", (_, entities, message) => {
    const said = refusal(...entities);
    expect(said).toStartWith("entities_invalid: ");
    expect(said).toContain(message);
  });
});
