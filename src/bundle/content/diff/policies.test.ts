import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Decider } from "../../../policy/decide.ts";
import { type Entity, loadEntities, parsePolicyFiles } from "../../../policy/index.ts";
import { resourceOf } from "../../../policy/resource.ts";
import type { Action } from "../../../policy/types.ts";
import { diffPolicies } from "./policies.ts";

const group = (id: string, parents: readonly string[]): Entity => ({
  uid: { type: "Group", id },
  attrs: {},
  parents: parents.map((each) => ({ type: "Group", id: each })),
});
const GROUPS = [group("in", ["out"]), group("out", [])];
const LOADED = loadEntities(GROUPS);
const setOf = (text: string, entities = LOADED) => ({
  ...parsePolicyFiles([{ name: "a.cedar", text }]),
  entities,
});
const diff = (before: string, after: string) => diffPolicies(setOf(before), setOf(after));
const READ = 'action == file_system::Action::"read"';
const policy = (more: { scope?: string; effect?: string; when?: string; notes?: string } = {}) => {
  const { scope = `principal, ${READ}, resource`, effect = "permit", when = "", notes = "" } = more;
  return `@id("p") ${notes} ${effect}(${scope})${when};`;
};

describe("policies that are the same", () => {
  test.each([
    [
      "formatting and comments",
      policy(),
      `// why\n@id("p")\npermit (\n  principal, // who\n  ${READ},\n  resource\n);`,
    ],
    ["order", `${policy()} ${policy().replace("p", "q")}`, `${policy().replace("p", "q")} ${policy()}`],
    [
      "escapes",
      policy({ scope: 'principal == User::"a", action, resource' }),
      policy({ scope: String.raw`principal == User::"\u{61}", action, resource` }),
    ],
    [
      "the order of actions",
      policy({
        scope: 'principal, action in [file_system::Action::"read", file_system::Action::"open"], resource',
      }),
      policy({
        scope: 'principal, action in [file_system::Action::"open", file_system::Action::"read"], resource',
      }),
    ],
    [
      "a list of one action",
      policy(),
      policy({ scope: 'principal, action in [file_system::Action::"read"], resource' }),
    ],
  ])("whatever their %s", (_, before, after) => {
    expect(diff(before, after)).toEqual([]);
  });
});

describe("policies that come and go", () => {
  test.each([
    ["added", "permit", "more"],
    ["added", "forbid", "less"],
    ["removed", "permit", "less"],
    ["removed", "forbid", "more"],
  ])("%s %s can allow %s", (change, effect, allows) => {
    const text = policy({ effect });
    const [found] = change === "added" ? diff("", text) : diff(text, "");
    expect(found).toMatchObject({ id: "p", change, effect, allows });
    expect(change === "added" ? found?.after : found?.before).toBe(text);
  });

  test("under another name are the same", () => {
    expect(diff(policy(), policy().replace('"p"', '"q"'))).toEqual([
      { id: "q", change: "renamed", effect: "permit", allows: "nothing", what: ["it was called p"] },
    ]);
    const two = `${policy()} ${policy().replace('"p"', '"q"')}`;
    expect(diff(two, policy().replace('"p"', '"r"')).map(({ change, id }) => `${change} ${id}`)).toEqual([
      "removed q",
      "renamed r",
    ]);
  });
});

describe("policies that change", () => {
  const FILE = 'resource == file_system::File::"/a/b/c"';
  const DIR = 'resource in file_system::Dir::"/a/b"';
  test.each<[string, string, string, string, string]>([
    ["principal", 'principal == User::"a"', "principal is User", "more", "its principal became wider"],
    ["principal", 'principal == User::"a"', "principal", "more", "its principal became wider"],
    ["principal", 'principal == User::"a"', 'principal == User::"b"', "unclear", "its principal changed"],
    [
      "principal",
      'principal in Group::"in"',
      'principal in Group::"out"',
      "more",
      "its principal became wider",
    ],
    [
      "principal",
      'principal in Group::"out"',
      'principal in Group::"other"',
      "unclear",
      "its principal changed",
    ],
    [
      "principal",
      'principal is User in Group::"out"',
      'principal is User in Group::"in"',
      "less",
      "its principal became narrower",
    ],
    [
      "principal",
      'principal is User in Group::"in"',
      'principal in Group::"in"',
      "more",
      "its principal became wider",
    ],
    ["resource", FILE, DIR, "more", "its resource became wider"],
    ["resource", DIR, 'resource in file_system::Dir::"/a"', "more", "its resource became wider"],
    ["resource", DIR, 'resource in file_system::Dir::"/"', "more", "its resource became wider"],
    ["resource", DIR, 'resource in file_system::Dir::"/a/bc"', "unclear", "its resource changed"],
    ["resource", 'resource in file_system::Dir::"/a/bc"', DIR, "unclear", "its resource changed"],
    ["resource", FILE, "resource is file_system::File", "more", "its resource became wider"],
    ["resource", FILE, "resource is file_system::Dir", "unclear", "its resource changed"],
    [
      "action",
      READ,
      'action in [file_system::Action::"read", file_system::Action::"write"]',
      "more",
      "its action became wider",
    ],
    ["action", READ, 'action in file_system::Action::"SafeIO"', "more", "its action became wider"],
    ["action", READ, 'action in network::Action::"NetworkAction"', "unclear", "its action changed"],
  ])("in their %s: from %s to %s", (variable, before, after, allows, what) => {
    const scope = { principal: "principal", action: READ, resource: "resource" };
    const of = (clause: string, effect = "permit") =>
      policy({ effect, scope: Object.values({ ...scope, [variable]: clause }).join(", ") });
    expect(diff(of(before), of(after))).toMatchObject([{ change: "changed", allows, what: [what] }]);
    const opposite = { more: "less", less: "more" }[allows] ?? allows;
    expect(diff(of(after), of(before))).toMatchObject([{ allows: opposite }]);
    expect(diff(of(before, "forbid"), of(after, "forbid"))).toMatchObject([{ allows: opposite }]);
  });

  test("in two ways at once are unclear", () => {
    const [found] = diff(
      policy({ scope: `principal == User::"a", ${READ}, resource` }),
      policy({ scope: `principal, ${READ}, resource in file_system::Dir::"/a"` }),
    );
    expect(found).toMatchObject({
      allows: "unclear",
      what: ["its principal became wider", "its resource became narrower"],
    });
  });

  test.each([
    ["permit", "", ' when { resource.path == "/a" }', "less", "its conditions became narrower"],
    ["permit", " when { true } when { false }", " when { false }", "more", "its conditions became wider"],
    ["permit", " when { true }", " when { false }", "unclear", "its conditions changed"],
    ["permit", " when { true }", " unless { true }", "unclear", "its conditions changed"],
    ["forbid", "", ' when { resource.path == "/a" }', "more", "its conditions became narrower"],
    ["forbid", " when { true } when { false }", " when { true }", "less", "its conditions became wider"],
    // The first may be the one that cannot be evaluated, which denies.
    ["forbid", " when { true } when { false }", " when { false }", "unclear", "its conditions changed"],
  ])("%s: conditions from %j to %j", (effect, before, after, allows, what) => {
    expect(diff(policy({ effect, when: before }), policy({ effect, when: after }))).toMatchObject([
      { allows, what: [what] },
    ]);
  });

  test("in whether somebody has to approve", () => {
    const asking = policy({ notes: '@approval("why")' });
    expect(diff(asking, policy())).toMatchObject([
      { allows: "more", what: ["what it asks an approval for became wider"] },
    ]);
    expect(diff(policy(), asking)).toMatchObject([{ allows: "less" }]);
    expect(diff(asking, policy({ notes: '@approval("other")' }))).toMatchObject([
      { allows: "nothing", what: ["its annotations changed"] },
    ]);
  });

  test("from one effect to the other", () => {
    expect(diff(policy(), policy({ effect: "forbid" }))).toMatchObject([
      { effect: "forbid", allows: "less", what: ["it was a permit"] },
    ]);
    expect(diff(policy({ effect: "forbid" }), policy())).toMatchObject([
      { effect: "permit", allows: "more" },
    ]);
  });

  test("groups count as within each other only where both bundles say so", () => {
    const [before, after] = ["in", "out"].map((id) =>
      policy({ scope: `principal in Group::"${id}", ${READ}, resource` }),
    );
    const changed = diffPolicies(setOf(before ?? "", loadEntities([])), setOf(after ?? ""));
    expect(changed).toMatchObject([{ allows: "unclear" }]);
  });
});

test("what is said of random changes holds for every request", () => {
  const principals = [
    "principal",
    "principal is User",
    'principal == User::"a"',
    'principal in Group::"in"',
    'principal is User in Group::"out"',
    "principal is Agent",
  ];
  const actions = [
    "action",
    READ,
    'action in file_system::Action::"SafeIO"',
    'action in [file_system::Action::"read", file_system::Action::"stat"]',
    "action in []",
  ];
  const resources = [
    "resource",
    'resource == file_system::File::"/a/b"',
    'resource in file_system::Dir::"/a"',
    'resource in file_system::Dir::"/"',
    "resource is file_system::File",
    'resource is file_system::File in file_system::Dir::"/a"',
    "resource is file_system::Dir",
  ];
  const terms = [
    'resource.path == "/a/b"',
    'resource.path like "/a*"',
    "resource.size > 1",
    'principal in Group::"out"',
  ];
  const side = fc.record({
    principal: fc.constantFrom(...principals),
    action: fc.constantFrom(...actions),
    resource: fc.constantFrom(...resources),
    when: fc.subarray(terms),
  });
  const entities = loadEntities([
    ...GROUPS,
    { uid: { type: "User", id: "b" }, attrs: {}, parents: [{ type: "Group", id: "in" }] },
  ]);
  const requests = ["/a/b", "/a", "/c"].flatMap((id) =>
    ["file_system::File", "file_system::Dir"].flatMap((type) =>
      (["file_system.read", "file_system.stat", "file_system.open"] satisfies Action[]).flatMap((action) => {
        const resource = resourceOf({ type, id });
        return resource === undefined ? [] : [{ action, resource }];
      }),
    ),
  );
  const seen = { more: 0, less: 0, unclear: 0, nothing: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom("permit", "forbid"),
      side,
      side,
      fc.boolean(),
      (effect, first, second, isNear) => {
        // Most pairs of random scopes have nothing to do with each other.
        const next = isNear ? { ...first, resource: second.resource, when: second.when } : second;
        const [old, now] = [first, next].map(({ principal, action, resource, when }) =>
          policy({
            effect,
            scope: [principal, action, resource].join(", "),
            when: when.map((term) => ` when { ${term} }`).join(""),
          }),
        );
        const [change] = diff(old ?? "", now ?? "");
        const allows = change?.allows ?? "nothing";
        seen[allows]++;
        const open = effect === "forbid" ? "permit(principal, action, resource);" : "";
        for (const id of ["a", "b"]) {
          const [was, is] = [old, now].map(
            (text) => new Decider(setOf(`${text} ${open}`, entities), { type: "User", id }),
          );
          for (const request of requests) {
            const [before, after] = [was?.decide(request).allowed, is?.decide(request).allowed];
            if (allows === "less" || allows === "nothing")
              expect([old, now, before === false && after]).toEqual([old, now, false]);
            if (allows === "more" || allows === "nothing")
              expect([old, now, before && after === false]).toEqual([old, now, false]);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  for (const count of [seen.more, seen.less, seen.unclear]) expect(count).toBeGreaterThan(0);
}, 60_000);
