/** What a bundle is for whoever knows that it was checked is what it was for the check. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { type Access, createAccess, type Decision, PolicyError, type PolicySet } from "../../policy/index.ts";
import { fileRequest } from "../../policy/testing.ts";
import { BundleError } from "../errors.ts";
import { type BundleContent, readContent } from "./content.ts";
import { readFolder } from "./folder.ts";
import { checkedPoliciesOf, policiesOf } from "./policies.ts";
import { runTests } from "./run-tests.ts";
import { bundleFiles, READ } from "./testing.ts";

function checked(content: BundleContent): PolicySet {
  const steps = checkedPoliciesOf(content);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** The set that `load` returns, or the code of its refusal. */
function outcome(load: () => PolicySet): PolicySet | string {
  try {
    return load();
  } catch (error) {
    if (error instanceof BundleError || error instanceof PolicyError) return error.code;
    throw error;
  }
}

/** All of a set but what only a check looks at. */
const parts = ({ schema, entities, ...set }: PolicySet) => ({
  ...set,
  schema: schema?.text,
  entities: entities?.all,
});

const PRINCIPALS = [
  { type: "User", id: "root" },
  { type: "User", id: "other" },
  { type: "Agent", id: "a", attributes: { autonomy: 2 }, groups: [] },
  { type: "Agent", id: "b", attributes: { autonomy: 4 }, groups: ["c"] },
];
const REQUESTS = (["open", "read", "write"] as const).flatMap((verb) =>
  ["/a", "/d/a"].map((path) => fileRequest(verb, path)),
);

/** What is decided, and what has to be approved. */
function decisions(set: PolicySet): readonly unknown[] {
  const told: unknown[] = [];
  for (const principal of PRINCIPALS) {
    const access: Access = createAccess(set, principal, {
      onDecision: (_, decision: Decision) => told.push(decision),
      approve: (_, __, reasons) => {
        told.push(reasons);
        return "denied";
      },
    });
    for (const request of REQUESTS) told.push(access.permit(request) !== undefined);
  }
  return told;
}

function expectSame(content: BundleContent): PolicySet | undefined {
  const [before, after] = [outcome(() => policiesOf(content)), outcome(() => checked(content))];
  if (typeof before === "string" || typeof after === "string") {
    expect(after).toEqual(before);
    return undefined;
  }
  expect(parts(after)).toEqual(parts(before));
  expect(decisions(after)).toEqual([...decisions(before)]);
  return after;
}

const group = (id: string, ...parents: readonly string[]) => ({
  uid: { type: "Group", id },
  attrs: {},
  parents: parents.map((each) => ({ type: "Group", id: each })),
});
const agent = { uid: { type: "Agent", id: "a" }, attrs: {}, parents: [{ type: "Group", id: "a" }] };
const device = (tier: number) => ({ uid: { type: "Device", id: "d" }, attrs: { tier }, parents: [] });
const SCHEMA = "entity Device { tier: Long };";

const clause = <T extends string>(...values: readonly T[]) => fc.constantFrom(...values);
const policy = fc
  .record({
    before: clause("", '// a comment; @id("none")\n', "\n\n"),
    id: fc.oneof(
      fc.constant(""),
      fc.nat(80).map((number) => `@id("p${number}") `),
    ),
    approval: clause("", "", '@approval("it is dear") ', '@note("approval") '),
    effect: clause("permit", "permit", "forbid"),
    principal: clause(
      "principal",
      "principal is Agent",
      'principal in Group::"b"',
      'principal == User::"root"',
    ),
    action: clause(
      "action",
      'action == file_system::Action::"read"',
      'action in file_system::Action::"SafeIO"',
    ),
    resource: clause("resource", 'resource in file_system::Dir::"/d"', 'resource == file_system::File::"/a"'),
    condition: clause(
      "",
      "",
      ' when { Device::"d".tier >= 2 }',
      ' unless { principal in Group::"c" }',
      " when { principal.autonomy > 2 }",
    ),
  })
  .map(
    (p) =>
      `${p.before}${p.id}${p.approval}${p.effect}(${p.principal}, ${p.action}, ${p.resource})${p.condition};`,
  );
const file = fc.array(policy, { maxLength: 4 }).map((policies) => policies.join("\n"));
const bundle = fc.record({
  files: fc.array(file, { maxLength: 4 }),
  schema: fc.boolean(),
  entities: fc.subarray([group("a", "b"), group("b"), group("c", "b"), agent]),
  tier: fc.option(fc.nat(3)),
});

describe("checked or to be checked, a bundle has the same policies, entities and decisions", () => {
  test("whatever is in it", () => {
    let taken = 0;
    const property = fc.property(bundle, ({ files, schema, entities, tier }) => {
      const all = [...entities, ...(schema && tier !== null ? [device(tier)] : [])];
      const content = readContent(
        bundleFiles({
          "policies/read.cedar": undefined,
          ...Object.fromEntries(files.map((text, index) => [`policies/f${index}.cedar`, text])),
          "schema.cedarschema": schema ? SCHEMA : undefined,
          "entities/all.json": all.length === 0 ? undefined : all,
        }),
      );
      if (expectSame(content) !== undefined) taken++;
    });
    fc.assert(property, { numRuns: 100 });
    expect(taken).toBeGreaterThan(20);
  });

  test.each<[string, object, readonly string[]]>([
    ["the least", {}, ["read"]],
    ["none", { "policies/read.cedar": undefined }, []],
    ["those without an id", { "policies/b.cedar": READ.replace('@id("read")', "") }, ["b.policy0", "read"]],
    [
      "those of several files",
      { "policies/z.cedar": READ.replace("read", "z"), "policies/b.cedar": READ.replace("read", "b") },
      ["b", "read", "z"],
    ],
  ])("%s", (_, texts, ids) => {
    const set = expectSame(readContent(bundleFiles({ ...texts })));
    expect(set?.policies.map(({ id }) => id)).toEqual([...ids]);
  });

  test.each([
    ["an id twice", `${READ} ${READ}`],
    ["an id that differs in case only", `${READ} ${READ.replace("read", "READ")}`],
    ["a template", READ.replace("principal", "principal == ?principal")],
  ])("%s is refused either way", (_, text) => {
    const content = readContent(bundleFiles({ "policies/read.cedar": text }));
    expect([outcome(() => policiesOf(content)), outcome(() => checked(content))]).toEqual([
      "policy_invalid",
      "policy_invalid",
    ]);
  });

  test("the example, and what comes of its tests", () => {
    const content = readContent(readFolder(join(import.meta.dirname, "../../../examples/fleet/bundle")));
    const set = expectSame(content);
    if (set === undefined) throw new Error("it is refused");
    const results = runTests(content, set);
    expect(results.map(({ decision }) => decision?.allowed)).toContain(true);
    expect(results).toEqual([...runTests(content, policiesOf(content))]);
  });
});
