import { PolicyError, type PolicySet, parsePolicySet, positionOfPolicy } from "../policy/index.ts";
import { AUTONOMY_POLICIES, RESERVED } from "./autonomy.ts";

/** `owned`, and the policies of the levels of autonomy, which hold beside them. @throws {PolicyError} */
export function withAutonomy(owned: PolicySet): PolicySet {
  const taken = owned.policies.find(({ id }) => id.startsWith(RESERVED));
  // Of two policies of one id there would be one, and the other would be lost.
  if (taken)
    throw new PolicyError("policy_invalid", `ids that begin with ${RESERVED} are reserved: ${taken.id}`, {
      file: taken.file.name,
      position: positionOfPolicy(taken),
    });
  const { policies } = parsePolicySet(AUTONOMY_POLICIES);
  return { ...owned, policies: [...owned.policies, ...policies] };
}
