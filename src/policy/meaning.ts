import type { PolicyJson } from "@cedar-policy/cedar-wasm/web";
import { withCedar } from "./cedar.ts";
import { PolicyError } from "./errors.ts";
import { actionNamed } from "./hierarchy.ts";
import { uidsIn } from "./literals.ts";
import type { Policy } from "./policy-set.ts";
import type { Clause, Scope } from "./scope.ts";
import { uidText } from "./uid-text.ts";

/** What a policy says, whatever its formatting and comments. */
export interface Meaning {
  readonly effect: "permit" | "forbid";
  readonly scope: Scope;
  /** All of them must hold; each as Cedar's JSON. */
  readonly conditions: readonly unknown[];
  /** All but the id. */
  readonly annotations: { readonly [name: string]: string };
}

/** @throws {PolicyError} */
export function meaningOf({ text }: Policy): Meaning {
  const answer = withCedar((cedar) => cedar.policyToJson(text));
  if (answer.type === "failure") throw new PolicyError("policy_engine", "the policy cannot be read");
  const { effect, principal, action, resource, conditions, annotations = {} } = answer.json;
  const { id: _, ...others } = annotations;
  return {
    effect,
    scope: { principal: clauseOf(principal), action: clauseOf(action), resource: clauseOf(resource) },
    conditions,
    annotations: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, value ?? ""])),
  };
}

function clauseOf(constraint: PolicyJson["principal" | "action" | "resource"]): Clause {
  const [first, ...more] = uidsIn(constraint);
  switch (constraint.op) {
    case "All":
      return { op: "all" };
    case "is":
      return { op: "is", type: constraint.entity_type, ...(first ? { within: first } : {}) };
    case "in": {
      const uids = (first ? [first, ...more] : []).sort((a, b) => (uidText(a) < uidText(b) ? -1 : 1));
      // Nothing is in an action that is no group.
      const single = uids.length === 1 && first && actionNamed(uidText(first)) !== undefined;
      return single ? { op: "==", uid: first } : { op: "in", uids };
    }
    case "==":
      // Only templates have a slot instead, and they are no policies.
      if (first === undefined) throw new PolicyError("policy_engine", "the scope cannot be read");
      return { op: "==", uid: first };
  }
}
