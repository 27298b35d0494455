import { Terminated } from "rhai-wasm";
import type { DecisionLog } from "../audit/decision-log.ts";
import { AuditError } from "../audit/errors.ts";
import { cut, masked, maskedText } from "../audit/mask.ts";
import type { DecisionEntry } from "../audit/record.ts";
import { actionUids } from "../policy/hierarchy.ts";
import {
  type Access,
  type Approval,
  type AuthorizationRequest,
  createAccess,
  currentAccess,
  type Decision,
  dryRunAccess,
  isEffect,
  type Policy,
  type Principal,
} from "../policy/index.ts";
import { uidText } from "../policy/uid-text.ts";
import type { PolicySource } from "./active-policy.ts";
import { mustAsk } from "./autonomy.ts";
import { ownPolicies } from "./own-policies.ts";
import { checkedPolicyInUse, type PolicyInUse, policyInUse } from "./policy-in-use.ts";
import type { ApprovalQuestion, Denial, RunEvent } from "./protocol.ts";

/** Denials that a run's result has; of further ones only the number. */
const MAX_DENIALS = 100;
/** A record has room for so many, of so many bytes; of further policies it has the number. */
const MAX_POLICIES = 16;
const MAX_ERRORS = 4;
const MAX_POLICY_ID = 128;
/** Principals of whom the index of the policy and decisions are kept from run to run. */
const MAX_PRINCIPALS = 16;

/** A run, as far as its permissions are concerned. */
export interface AuthorizedRun {
  readonly run: string;
  readonly principal: Principal;
  readonly dryRun: boolean;
  readonly traceId?: string;
  /** Told of each decision. */
  readonly onEvent: (event: RunEvent) => void;
  /** Asks somebody, and waits for the answer. */
  readonly ask: (question: ApprovalQuestion) => Approval;
}

/**
 * Decides for the runs of this process, one after the other, under the policy that is active. Each decision is in the
 * decision log before anything follows from it.
 */
export class Authority {
  /** What the current run was not allowed, the first {@link MAX_DENIALS}. */
  denials: Denial[] = [];
  moreDenials = 0;
  /** What decides. */
  policy: PolicyInUse;
  private current: AuthorizedRun | undefined;
  /** Beside the owner's. */
  private readonly own: readonly Policy[];
  /** Answers of this run, by the exact request. */
  private readonly answers = new Map<string, Approval>();

  /**
   * @param protection policies that hold beside the owner's and those of autonomy
   * @throws {PolicyError}
   */
  constructor(
    source: PolicySource,
    private readonly log: DecisionLog,
    protection = "",
  ) {
    this.own = ownPolicies(protection);
    this.policy = policyInUse(source, this.own);
  }

  /**
   * Makes a policy ready, in short steps, for {@link policy} to become it: a bundle that the agent has had checked.
   * @throws {PolicyError}
   */
  *prepare(source: PolicySource): Generator<undefined, PolicyInUse> {
    const next = yield* checkedPolicyInUse(source, this.own);
    for (const principal of this.policy.accesses.keys()) {
      yield;
      // What made the key.
      this.accessTo(next, JSON.parse(principal) as Principal);
    }
    return next;
  }

  /** Begins a run, and returns its way to the policy. */
  begin(run: AuthorizedRun): Access {
    this.current = run;
    this.denials = [];
    this.moreDenials = 0;
    this.answers.clear();
    const access = currentAccess(() => this.accessTo(this.policy, run.principal));
    return run.dryRun ? dryRunAccess(access) : access;
  }

  private accessTo({ accesses, set }: PolicyInUse, principal: Principal): Access {
    const key = JSON.stringify(principal);
    const known = accesses.get(key);
    if (known) return known;
    if (accesses.size >= MAX_PRINCIPALS) accesses.clear();
    const access = createAccess(set, principal, {
      onDecision: (request, decision, asking) => this.record(request, decision, asking),
      mustAsk: ({ action }, asking) => mustAsk(asking, action),
      approve: (request, _asking, reasons) => this.approve(request, reasons),
    });
    accesses.set(key, access);
    return access;
  }

  private record(request: AuthorizationRequest, decision: Decision, principal: Principal): void {
    const { current } = this;
    if (!current) throw new Error("a decision outside of a run");
    const what = { ...shown(request), policies: decision.policies.slice(0, MAX_POLICIES).map(shownId) };
    const more = decision.policies.length - what.policies.length;
    const answer = decision.allowed ? "allow" : "deny";
    const errors = [
      ...decision.errors.map(({ policy, message }) => `${shownId(policy)}: ${message}`),
      ...(decision.failure === undefined ? [] : [decision.failure]),
    ];
    this.remember({
      kind: "decision",
      run: current.run,
      principal: uidText(principal),
      ...(current.traceId === undefined ? {} : { traceId: current.traceId }),
      ...what,
      ...(more === 0 ? {} : { morePolicies: more }),
      decision: answer,
      ...(errors.length === 0 ? {} : { errors: errors.slice(0, MAX_ERRORS).map(maskedText) }),
      ...(current.dryRun ? { dryRun: true } : {}),
      revision: this.policy.revision,
    });
    current.onEvent({
      type: "decision",
      ...what,
      decision: answer,
      errors: errors.length,
    });
    const observed = current.dryRun && decision.allowed && isEffect(request.action);
    if (decision.allowed && !observed) return;
    this.deny({ ...what, reason: observed ? "dry_run" : reasonOf(decision) });
  }

  /** Without a record nothing may follow: the run ends. */
  private remember(entry: DecisionEntry): void {
    try {
      this.log.write(entry);
    } catch (error) {
      throw error instanceof AuditError ? new Terminated(error.message) : error;
    }
  }

  /** An answer is for one exact request, and for this run. */
  private approve(request: AuthorizationRequest, reasons: readonly string[]): Approval {
    const { current } = this;
    if (!current) throw new Error("a request outside of a run");
    // Nothing follows from it.
    if (current.dryRun && isEffect(request.action)) return "approved";
    const { action, resource, context } = request;
    const key = JSON.stringify([action, resource.type, resource.id, context]);
    const answer = this.answers.get(key) ?? current.ask({ ...shown(request), reasons: [...reasons] });
    this.answers.set(key, answer);
    if (answer !== "approved") {
      const reason = answer === "denied" ? "approval_denied" : "approval_timed_out";
      this.deny({ ...shown(request), policies: [], reason });
    }
    return answer;
  }

  private deny(denial: Denial): void {
    if (this.denials.length < MAX_DENIALS) this.denials.push(denial);
    else this.moreDenials++;
  }
}

/** A request as others may see it. */
function shown({ action, resource: { type, id } }: AuthorizationRequest) {
  const { uid } = actionUids(action);
  return { action: uidText(uid), resource: { type, id: masked(type, id) } };
}

const shownId = (policy: string): string => cut(policy, MAX_POLICY_ID);

function reasonOf({ failure, policies, errors }: Decision): Denial["reason"] {
  if (failure !== undefined) return "check_failed";
  return policies.length > 0 || errors.length > 0 ? "forbidden" : "not_permitted";
}
