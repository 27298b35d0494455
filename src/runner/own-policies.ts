import {
  type Policy,
  PolicyError,
  type PolicySet,
  parsePolicySet,
  positionOfPolicy,
} from "../policy/index.ts";
import { AUTONOMY_POLICIES, RESERVED } from "./autonomy.ts";

/** The policies that hold beside the owner's: of the levels of autonomy, and what protects the agent itself. */
export const ownPolicies = (protection = ""): readonly Policy[] =>
  [AUTONOMY_POLICIES, protection].flatMap((text) => parsePolicySet(text).policies);

/** `owned`, and beside them `own`; without, those that hold on every host. @throws {PolicyError} */
export function withOwn(owned: PolicySet, own: readonly Policy[] = ownPolicies()): PolicySet {
  const taken = owned.policies.find(({ id }) => id.startsWith(RESERVED));
  // Of two policies of one id there would be one, and the other would be lost.
  if (taken)
    throw new PolicyError("policy_invalid", `ids that begin with ${RESERVED} are reserved: ${taken.id}`, {
      file: taken.file.name,
      position: positionOfPolicy(taken),
    });
  return { ...owned, policies: [...owned.policies, ...own] };
}
