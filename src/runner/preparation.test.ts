import { describe, expect, test } from "bun:test";
import { PolicyError, parsePolicySet } from "../policy/index.ts";
import { policySource } from "./active-policy.ts";
import { checkedPolicyInUse, type PolicyInUse } from "./policy-in-use.ts";
import { Preparation } from "./preparation.ts";

const SOURCE = policySource("permit(principal, action, resource);");
const FAULT = new PolicyError("policy_invalid", "it is wrong");

/** Steps that write down what was done of them. */
function stepsOf(count: number, fault?: { readonly at: number }) {
  const done: number[] = [];
  function* steps(): Generator<undefined, PolicyInUse> {
    for (let step = 0; step < count; step++) {
      if (step === fault?.at) throw FAULT;
      done.push(step);
      yield;
    }
    return yield* checkedPolicyInUse(SOURCE, []);
  }
  return { done, steps: steps() };
}

describe("a policy is made ready", () => {
  test("a step at a time, and none before it is asked for", () => {
    const { done, steps } = stepsOf(3);
    const preparation = new Preparation("a", steps);
    expect(done).toEqual([]);
    for (const expected of [[0], [0, 1], [0, 1, 2]]) {
      preparation.step();
      expect(done).toEqual(expected);
      expect(preparation.isOver).toBe(false);
    }
    preparation.step();
    expect(preparation.isOver).toBe(true);
  });

  test("from the beginning, or from where it stands, to its end", () => {
    for (const before of [0, 1, 2, 3]) {
      const { done, steps } = stepsOf(3);
      const preparation = new Preparation("a", steps);
      for (let step = 0; step < before; step++) preparation.step();
      const { revision, set } = preparation.finish();
      expect(revision).toBe(SOURCE.revision);
      expect(set.policies.map(({ text }) => text)).toEqual(
        parsePolicySet(SOURCE.text).policies.map(({ text }) => text),
      );
      expect([done, preparation.isOver]).toEqual([[0, 1, 2], true]);
    }
  });

  test("once: what came of it stays, whatever is asked for after it", () => {
    const { steps } = stepsOf(1);
    const preparation = new Preparation("a", steps);
    const made = preparation.finish();
    preparation.step();
    expect(preparation.finish()).toBe(made);
    expect(preparation.isOver).toBe(true);
  });

  test("and is of the bundle that it was begun for", () => {
    expect(new Preparation("a", stepsOf(1).steps).sha256).toBe("a");
    expect(new Preparation(undefined, stepsOf(1).steps).sha256).toBeUndefined();
  });
});

describe("a fault", () => {
  test("is told of by the step that meets it, and nothing is ready then", () => {
    const { done, steps } = stepsOf(3, { at: 1 });
    const preparation = new Preparation("a", steps);
    preparation.step();
    expect(() => preparation.step()).toThrow(FAULT);
    expect([done, preparation.isOver]).toEqual([[0], false]);
  });

  test("is told of by who asks for all that is left", () => {
    const { done, steps } = stepsOf(3, { at: 2 });
    const preparation = new Preparation("a", steps);
    expect(() => preparation.finish()).toThrow(FAULT);
    expect([done, preparation.isOver]).toEqual([[0, 1], false]);
  });
});
