import { Decider } from "./decide.ts";
import { Denied } from "./errors.ts";
import type { PolicySet } from "./policy-set.ts";
import type { Access, Action, AuthorizationRequest, Authorized, Decision, Principal } from "./types.ts";

/** The answer to who asked for an approval. */
export type Approval = "approved" | "denied" | "timed_out";

const BECAUSE: { readonly [answer in Exclude<Approval, "approved">]: string } = {
  denied: "it needs an approval, which was denied",
  timed_out: "it needs an approval, which nobody gave in time",
};

/** Type of an account of this machine. */
const USER = "User";

export interface AccessOptions {
  /**
   * Told of every decision, allow or deny, and for which principal it was made, before anything follows from it. What
   * it throws ends the call.
   */
  readonly onDecision?: (request: AuthorizationRequest, decision: Decision, principal: Principal) => void;
  /** Whether somebody has to approve what the policy allows anyway. */
  readonly mustAsk?: (request: AuthorizationRequest, principal: Principal) => boolean;
  /**
   * Asks somebody whether what the policy allows under that condition may happen. Without it, it may not.
   * @param reasons what the policies say it is for
   */
  readonly approve?: (
    request: AuthorizationRequest,
    principal: Principal,
    reasons: readonly string[],
  ) => Approval;
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
  const principal = typeof asking === "string" ? { type: USER, id: asking } : asking;
  return accessBy(new Decider(set, principal), set, principal, options);
}

function accessBy(decider: Decider, set: PolicySet, principal: Principal, options: AccessOptions): Access {
  const { onDecision, mustAsk = () => false, approve = () => "denied" as const } = options;
  const others = new Map<string, Access>();
  const decide = (request: AuthorizationRequest): Decision => {
    const decision = decider.decide(request);
    onDecision?.(request, decision, principal);
    return decision;
  };
  const authorized = <A extends Action>(request: AuthorizationRequest<A>): Authorized<A> =>
    ({ request }) as Authorized<A>;
  /** Nobody is asked where a policy permits it without. */
  const approvalOf = (request: AuthorizationRequest, { policies }: Decision): Approval => {
    const reasons = policies.flatMap((id) => set.approvals.get(id) ?? []);
    const isFree = reasons.length < policies.length && !mustAsk(request, principal);
    return isFree ? "approved" : approve(request, principal, reasons);
  };
  const access: Access = {
    principal: principal.id,
    require(request) {
      const decision = decide(request);
      if (!decision.allowed) throw new Denied(principal.id, request, decision);
      const answer = approvalOf(request, decision);
      if (answer !== "approved") throw new Denied(principal.id, request, decision, BECAUSE[answer]);
      return authorized(request);
    },
    permit(request) {
      const decision = decide(request);
      const isAllowed = decision.allowed && approvalOf(request, decision) === "approved";
      return isAllowed ? authorized(request) : undefined;
    },
    vetoes(action, within) {
      if (!decider.mayForbid(action, within)) return undefined;
      return (resource, context) => {
        const request = { action, resource, ...(context ? { context } : {}) };
        const decision = decider.decide(request);
        if (!decider.isForbidden(decision)) return undefined;
        onDecision?.(request, decision, principal);
        return decision;
      };
    },
    tentative() {
      const onAllow: AccessOptions["onDecision"] = (request, decision, asking) => {
        if (decision.allowed) onDecision?.(request, decision, asking);
      };
      return accessBy(decider, set, principal, { ...options, onDecision: onAllow });
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
