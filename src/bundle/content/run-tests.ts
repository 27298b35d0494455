import { Decider } from "../../policy/decide.ts";
import { type Decision, explain, loadEntities, PolicyError, type PolicySet } from "../../policy/index.ts";
import { type BundleContent, lineOfItem, type Placed } from "./content.ts";
import type { Finding } from "./finding.ts";
import type { PolicyTest } from "./test-file.ts";
import { type Question, questionOf, TestFault } from "./test-request.ts";

/** What came of a test. */
export interface TestResult {
  readonly test: Placed<PolicyTest>;
  /** `undefined` where it cannot be asked. */
  readonly decision: Decision | undefined;
  /** Why it failed; none if it passed. */
  readonly faults: readonly string[];
}

/** Deciders that are kept at the same time: most tests are of few principals. */
const MAX_DECIDERS = 32;

/** Asks policies what tests ask, on the way of every decision. */
export class TestRunner {
  private readonly deciders = new Map<string, Decider>();

  /** @param set with the policies that hold beside the bundle's */
  constructor(private readonly set: PolicySet) {}

  run(test: Placed<PolicyTest>): TestResult {
    try {
      const question = questionOf(test.value);
      const decision = this.deciderOf(question).decide(question.request);
      return { test, decision, faults: faultsOf(test.value, question, decision) };
    } catch (error) {
      if (!(error instanceof TestFault || error instanceof PolicyError)) throw error;
      return { test, decision: undefined, faults: [error.message] };
    }
  }

  private deciderOf({ principal, entities }: Question): Decider {
    const key = JSON.stringify([principal, entities]);
    const known = this.deciders.get(key);
    if (known !== undefined) return known;
    const all = [...(this.set.entities?.all ?? []), ...entities];
    const set =
      entities.length === 0 ? this.set : { ...this.set, entities: loadEntities(all, this.set.schema) };
    const decider = new Decider(set, principal);
    if (this.deciders.size >= MAX_DECIDERS) this.deciders.clear();
    this.deciders.set(key, decider);
    return decider;
  }
}

/** Results of all tests of a bundle. */
export function runTests({ tests }: BundleContent, set: PolicySet): readonly TestResult[] {
  const runner = new TestRunner(set);
  return tests.map((test) => runner.run(test));
}

/** As Cedar's command line compares: each expected reason is one, and there are so many errors. */
function faultsOf(test: PolicyTest, { principal, request }: Question, decision: Decision): readonly string[] {
  const { allowed, policies, errors, failure } = decision;
  if (failure !== undefined) return [`the request does not fit the schema: ${failure}`];
  const answer = allowed ? "allow" : "deny";
  const why = explain(principal, request, decision);
  if (answer !== test.decision) return [`expected ${test.decision}, but it is ${answer}\n${why}`];
  const missing = test.reason.filter((id) => !policies.includes(id));
  return [
    ...(missing.length === 0
      ? []
      : [`${missing.join(", ")} should determine it, but ${policies.join(", ") || "no policy"} does`]),
    ...(errors.length === test.num_errors
      ? []
      : [
          `expected ${test.num_errors} policies that cannot be evaluated, but there are ${errors.length}\n${why}`,
        ]),
  ];
}

/** What a test is called. */
export const nameOf = ({ value, index }: Placed<PolicyTest>): string => value.name ?? `test ${index + 1}`;

export const failuresOf = (results: readonly TestResult[]): readonly Finding[] =>
  results
    .filter(({ faults }) => faults.length > 0)
    .map(({ test, faults }) => ({
      severity: "error",
      code: "test_failed",
      message: `the policy test ${JSON.stringify(nameOf(test))} failed: ${faults.join("; ")}`,
      file: test.file.name,
      line: lineOfItem(test),
    }));
