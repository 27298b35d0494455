import { Decider } from "./decide.ts";
import { Denied } from "./errors.ts";
import type { PolicySet } from "./policy-set.ts";
import type { Access, Action, AuthorizationRequest, Authorized, Decision } from "./types.ts";

export interface AccessOptions {
  /** Told of every decision, allow or deny. */
  readonly onDecision?: (request: AuthorizationRequest, decision: Decision) => void;
}

/** A run's way to the policy. This is the one place that makes {@link Authorized} values. */
export function createAccess(set: PolicySet, user: string, { onDecision }: AccessOptions = {}): Access {
  const decider = new Decider(set, { type: "User", id: user });
  const decide = (request: AuthorizationRequest): Decision => {
    const decision = decider.decide(request);
    onDecision?.(request, decision);
    return decision;
  };
  const authorized = <A extends Action>(request: AuthorizationRequest<A>): Authorized<A> =>
    ({ request }) as Authorized<A>;
  return {
    principal: user,
    require(request) {
      const decision = decide(request);
      if (!decision.allowed) throw new Denied(user, request, decision);
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
        onDecision?.(request, decision);
        return decision;
      };
    },
  };
}
