import { isDeepStrictEqual } from "node:util";
import type { Entity } from "../../../policy/entities.ts";
import type { PolicySet } from "../../../policy/index.ts";
import { uidText } from "../../../policy/uid-text.ts";
import type { Host } from "../check.ts";
import type { BundleContent, Placed } from "../content.ts";
import { placing, policiesOf } from "../policies.ts";
import { nameOf, TestRunner } from "../run-tests.ts";
import type { PolicyTest } from "../test-file.ts";
import { diffPolicies, type PolicyChange } from "./policies.ts";

/** A value that is not what it was; absent where it is not there. */
export interface Change {
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A request of a policy test that is decided otherwise; `invalid` where it cannot be asked. */
export interface DecisionChange {
  readonly test: string;
  readonly file: string;
  readonly request: PolicyTest["request"];
  readonly before: Answer;
  readonly after: Answer;
}
type Answer = "allow" | "deny" | "invalid";

/** What differs between two bundles. */
export interface BundleDiff {
  /** Nothing differs but what the bundle is called: its revision and when it was made. */
  readonly same: boolean;
  readonly metadata: readonly Change[];
  readonly policies: readonly PolicyChange[];
  /** Of the requests of all policy tests of both. */
  readonly decisions: readonly DecisionChange[];
  readonly limits: readonly Change[];
  /** Declarations beside Remit's schema, as texts. */
  readonly schema: readonly Change[];
  readonly entities: readonly Change[];
  /** Approved scripts, by name, with their texts. */
  readonly scripts: readonly Change[];
  /** Policy tests, by file. */
  readonly tests: readonly Change[];
}

/** What a bundle is called; it may differ without anything to see. */
const NAMES = ["revision", "created"];

/**
 * What differs between two bundles that can be used.
 * @throws {BundleError} where the policies of one cannot be loaded
 */
export function diffBundles(
  before: BundleContent,
  after: BundleContent,
  complete: Host["complete"],
): BundleDiff {
  const [old, next] = [policiesOf(before), policiesOf(after)];
  const diff = {
    metadata: changes(new Map(Object.entries(before.metadata)), new Map(Object.entries(after.metadata))),
    policies: diffPolicies(old, next),
    decisions: decisionChanges(before, after, [
      placing(before, undefined, () => complete(old)),
      placing(after, undefined, () => complete(next)),
    ]),
    limits: changes(new Map(Object.entries(before.limits)), new Map(Object.entries(after.limits))),
    schema: changes(
      ...both(before, after, ({ schema }) => new Map(schema ? [[schema.name, schema.text]] : [])),
    ),
    entities: changes(
      ...both(before, after, ({ entities }) => new Map(entities.map(({ value }) => byUid(value)))),
    ),
    scripts: changes(
      ...both(before, after, ({ scripts }) => new Map([...scripts].map(([name, { text }]) => [name, text]))),
    ),
    tests: changes(...both(before, after, testsByFile)),
  };
  const { metadata, ...others } = diff;
  const isNamed = metadata.every(({ name }) => NAMES.includes(name));
  return { same: isNamed && Object.values(others).every((list) => list.length === 0), ...diff };
}

type Values = ReadonlyMap<string, unknown>;

const both = (
  before: BundleContent,
  after: BundleContent,
  of: (content: BundleContent) => Values,
): readonly [Values, Values] => [of(before), of(after)];

function changes(before: Values, after: Values): readonly Change[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)))
    .map((name) => ({
      name,
      ...(before.has(name) ? { before: before.get(name) } : {}),
      ...(after.has(name) ? { after: after.get(name) } : {}),
    }));
}

/** Parents in any order are the same. */
const byUid = ({ uid, attrs, parents, tags = {} }: Entity): [string, unknown] => [
  uidText(uid),
  { attrs, parents: parents.map(uidText).sort(), tags },
];

function testsByFile({ tests }: BundleContent): Values {
  const files = new Map<string, PolicyTest[]>();
  for (const { file, value } of tests) files.set(file.name, [...(files.get(file.name) ?? []), value]);
  return files;
}

/** Each request once, under the policies before and after. */
function decisionChanges(
  before: BundleContent,
  after: BundleContent,
  sets: readonly [PolicySet, PolicySet],
): readonly DecisionChange[] {
  const tests = new Map<string, Placed<PolicyTest>>();
  for (const test of [...after.tests, ...before.tests]) {
    const key = JSON.stringify([test.value.request, test.value.entities]);
    if (!tests.has(key)) tests.set(key, test);
  }
  const [old, next] = [new TestRunner(sets[0]), new TestRunner(sets[1])];
  return [...tests.values()].flatMap((test) => {
    const [was, is] = [answerOf(old, test), answerOf(next, test)];
    if (was === is) return [];
    const { request } = test.value;
    return [{ test: nameOf(test), file: test.file.name, request, before: was, after: is }];
  });
}

function answerOf(runner: TestRunner, test: Placed<PolicyTest>): Answer {
  const { decision } = runner.run(test);
  if (decision === undefined || decision.failure !== undefined) return "invalid";
  return decision.allowed ? "allow" : "deny";
}
