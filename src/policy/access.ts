import { Decider } from "./decide.ts";
import { Denied } from "./errors.ts";
import type { PolicySet } from "./policy-set.ts";
import type { Access, Action, AuthorizationRequest, Authorized, Decision } from "./types.ts";

export interface AccessOptions {
  /** Told of every decision, allow or deny, and for which user it was made. */
  readonly onDecision?: (request: AuthorizationRequest, decision: Decision, user: string) => void;
}

/** A run's way to the policy. This is the one place that makes {@link Authorized} values. */
export function createAccess(set: PolicySet, user: string, options: AccessOptions = {}): Access {
  const { onDecision } = options;
  const others = new Map<string, Access>();
  const decider = new Decider(set, { type: "User", id: user });
  const decide = (request: AuthorizationRequest): Decision => {
    const decision = decider.decide(request);
    onDecision?.(request, decision, user);
    return decision;
  };
  const authorized = <A extends Action>(request: AuthorizationRequest<A>): Authorized<A> =>
    ({ request }) as Authorized<A>;
  const access: Access = {
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
        onDecision?.(request, decision, user);
        return decision;
      };
    },
    as(name) {
      if (name === user) return access;
      const known = others.get(name) ?? createAccess(set, name, options);
      others.set(name, known);
      return known;
    },
  };
  return access;
}
