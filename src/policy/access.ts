import { Decider } from "./decide.ts";
import { Denied } from "./errors.ts";
import type { PolicySet } from "./policy-set.ts";
import type { Access, Action, AuthorizationRequest, Authorized, Decision, Principal } from "./types.ts";

/** Type of an account of this machine. */
const USER = "User";

export interface AccessOptions {
  /**
   * Told of every decision, allow or deny, and for which principal it was made, before anything follows from it. What
   * it throws ends the call.
   */
  readonly onDecision?: (request: AuthorizationRequest, decision: Decision, principal: Principal) => void;
}

/**
 * A run's way to the policy. This is the one place that makes {@link Authorized} values.
 * @param asking the principal; as a text, the name of a user
 */
export function createAccess(
  set: PolicySet,
  asking: string | Principal,
  options: AccessOptions = {},
): Access {
  const { onDecision } = options;
  const principal = typeof asking === "string" ? { type: USER, id: asking } : asking;
  const others = new Map<string, Access>();
  const decider = new Decider(set, principal);
  const decide = (request: AuthorizationRequest): Decision => {
    const decision = decider.decide(request);
    onDecision?.(request, decision, principal);
    return decision;
  };
  const authorized = <A extends Action>(request: AuthorizationRequest<A>): Authorized<A> =>
    ({ request }) as Authorized<A>;
  const access: Access = {
    principal: principal.id,
    require(request) {
      const decision = decide(request);
      if (!decision.allowed) throw new Denied(principal.id, request, decision);
      return authorized(request);
    },
    permit(request) {
      return decide(request).allowed ? authorized(request) : undefined;
    },
    vetoes(action) {
      if (!decider.mayForbid(action)) return undefined;
      return (resource, context) => {
        const request = { action, resource, ...(context ? { context } : {}) };
        const decision = decider.decide(request);
        if (!decider.isForbidden(decision)) return undefined;
        onDecision?.(request, decision, principal);
        return decision;
      };
    },
    as(name) {
      // An agent stays who it is, whatever account does for it what it asked for.
      if (principal.type !== USER || name === principal.id) return access;
      const known = others.get(name) ?? createAccess(set, name, options);
      others.set(name, known);
      return known;
    },
  };
  return access;
}
