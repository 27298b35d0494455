import type { BundleLimits } from "../bundle/content/metadata.ts";
import { checkedPoliciesOf, policiesOf } from "../bundle/content/policies.ts";
import { type Access, type Policy, type PolicySet, parsePolicySet } from "../policy/index.ts";
import type { PolicySource } from "./active-policy.ts";
import { withOwn } from "./own-policies.ts";

/** A policy as runs are decided by it. */
export interface PolicyInUse {
  readonly revision: string;
  readonly set: PolicySet;
  /** It comes from a bundle, and so nothing was found in it. */
  readonly isValidated: boolean;
  /** Of a bundle, by their names. */
  readonly scripts: ReadonlyMap<string, { readonly text: string }>;
  readonly limits: BundleLimits;
  /** Ways to it, by principal as JSON: what they have indexed and decided is kept from run to run. */
  readonly accesses: Map<string, Access>;
}

/**
 * @param own policies that hold beside the owner's
 * @throws {PolicyError} of a policy file, {@link BundleError} of a bundle
 */
export function policyInUse(source: PolicySource, own: readonly Policy[]): PolicyInUse {
  const { bundle, text } = source;
  return inUse(source, withOwn(bundle === undefined ? parsePolicySet(text) : policiesOf(bundle), own));
}

/** As {@link policyInUse}; a bundle must have been checked, and is read in short steps. @throws {PolicyError} */
export function* checkedPolicyInUse(
  source: PolicySource,
  own: readonly Policy[],
): Generator<undefined, PolicyInUse> {
  const { bundle } = source;
  if (bundle === undefined) return policyInUse(source, own);
  return inUse(source, withOwn(yield* checkedPoliciesOf(bundle), own));
}

const inUse = ({ revision, bundle }: PolicySource, set: PolicySet): PolicyInUse => ({
  revision,
  set,
  isValidated: bundle !== undefined,
  scripts: bundle?.scripts ?? new Map<string, { readonly text: string }>(),
  limits: bundle?.limits ?? {},
  accesses: new Map(),
});
