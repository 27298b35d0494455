import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { schemaText, withCedar } from "./cedar.ts";
import { type PolicySet, parsePolicySet, validate } from "./index.ts";
import { extendSchema } from "./schema.ts";
import { ownSchema } from "./schema-json.ts";
import { validationGroups } from "./validation-group.ts";

const FILES = "file_system::Action";
const policies = (action: string, count: number): string =>
  `permit(principal, ${action}, resource);\n`.repeat(count);
const groupsOf = (text: string) => validationGroups(parsePolicySet(text).policies, ownSchema());
const actionsIn = ({ schema }: ReturnType<typeof groupsOf>[number]): number =>
  Object.values(schema).flatMap(({ actions }) => Object.keys(actions)).length;

describe("policies of the same actions have a schema of these and their group", () => {
  const all = actionsIn({ policies: [], schema: ownSchema() });
  test.each([
    ["one action", policies(`action == ${FILES}::"read"`, 4), [[4, 2]]],
    ["one of a list", policies(`action in [${FILES}::"read"]`, 4), [[4, 2]]],
    ["two", policies(`action in [${FILES}::"read", network::Action::"GET"]`, 4), [[4, 4]]],
    ["a group", policies(`action in ${FILES}::"SafeIO"`, 4), [[4, 15]]],
    ["any", policies("action", 5), [[5, all]]],
    ["a group by ==, which nothing asks for", policies(`action == ${FILES}::"SafeIO"`, 4), [[4, all]]],
    ["what is no action", policies(`action == ${FILES}::"raed"`, 4), [[4, all]]],
    ["too few to pay", policies(`action == ${FILES}::"read"`, 3), [[3, all]]],
    [
      "of each",
      policies(`action == ${FILES}::"read"`, 4) +
        policies(`action == ${FILES}::"stat"`, 5) +
        policies("action", 1),
      [
        [4, 2],
        [5, 2],
        [1, all],
      ],
    ],
    ["none", "", []],
  ])("%s", (_, text, expected) => {
    expect(groupsOf(text).map((group) => [group.policies.length, actionsIn(group)])).toEqual(expected);
  });
});

test("an extension that speaks of actions which a group does not have", () => {
  const schema = extendSchema("entity Device { last: network::Action };");
  const read = (condition: string) =>
    `permit(principal, action == ${FILES}::"read", resource) ${condition};`.repeat(4);
  expect(validate({ ...parsePolicySet(read("")), schema })).toEqual([]);
  expect(validate({ ...parsePolicySet(read("when { resource.size > 1 }")), schema })).toHaveLength(8);
});

const ACTIONS = [
  "action",
  `action == ${FILES}::"read"`,
  `action == ${FILES}::"execute"`,
  `action == ${FILES}::"SafeIO"`,
  `action in ${FILES}::"SafeIO"`,
  `action in [${FILES}::"read", ${FILES}::"execute"]`,
  `action in [${FILES}::"read", sysinfo::Action::"list"]`,
  `action == ${FILES}::"raed"`,
  `action in [${FILES}::"read", ${FILES}::"raed"]`,
  'action == systemd::Action::"start"',
  "action in [] ",
];
const PRINCIPALS = [
  "principal",
  "principal is Agent",
  'principal in Group::"g"',
  'principal == Usr::"x"',
  "principal is file_system::Dir",
];
const RESOURCES = [
  "resource",
  "resource is file_system::File",
  'resource in file_system::Dir::"/d"',
  "resource is systemd::Service",
  'resource == sysinfo::Uname::"u"',
];
const CONDITIONS = [
  "",
  'when { resource.path like "/d/*" }',
  "when { principal.autonomy > 2 }",
  "when { principal is Agent && principal.autonomy > 2 }",
  "when { context.user.uid == 0 }",
  `when { action == ${FILES}::"write" }`,
  `unless { action in ${FILES}::"SafeIO" }`,
  "when { false }",
  'when { resource.name == "x" }',
  "when { 1 + true == 2 }",
  "unless { context has namespace && context.namespace.target_process_id == 1 }",
  'when { principal in Group::"admins\u200b" }',
];
const policy = fc
  .tuple(
    fc.constantFrom("permit", "forbid"),
    fc.constantFrom(...PRINCIPALS),
    fc.constantFrom(...ACTIONS),
    fc.constantFrom(...RESOURCES),
    fc.constantFrom(...CONDITIONS),
    fc.integer({ min: 1, max: 5 }),
  )
  .map(([effect, principal, action, resource, condition, times]) =>
    `${effect}(${principal}, ${action}, ${resource}) ${condition}; // as it is\n`.repeat(times),
  );

/** What Cedar finds in all policies against all of the schema. */
function foundBy({ policies: all }: PolicySet): readonly string[] {
  const answer = withCedar((cedar) =>
    cedar.validate({
      schema: schemaText(),
      validationSettings: { mode: "strict" },
      policies: { staticPolicies: Object.fromEntries(all.map(({ id, text }) => [id, text])) },
    }),
  );
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  return [
    ...answer.validationErrors.map(({ policyId }) => `error ${policyId}`),
    ...answer.validationWarnings.map(({ policyId }) => `warning ${policyId}`),
  ].sort();
}

test("what is found in groups is what is found in all", () => {
  fc.assert(
    fc.property(fc.array(policy, { minLength: 1, maxLength: 6 }), (texts) => {
      const set = parsePolicySet(texts.join(""));
      const found = validate(set).map(({ severity, policy: id }) => `${severity} ${id}`);
      expect(found.sort()).toEqual([...foundBy(set)]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
