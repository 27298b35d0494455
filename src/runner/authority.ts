import { Terminated } from "rhai-wasm";
import type { DecisionLog } from "../audit/decision-log.ts";
import { AuditError } from "../audit/errors.ts";
import { masked } from "../audit/mask.ts";
import type { DecisionEntry } from "../audit/record.ts";
import { actionUids } from "../policy/hierarchy.ts";
import {
  type Access,
  type AuthorizationRequest,
  createAccess,
  currentAccess,
  type Decision,
  dryRunAccess,
  isEffect,
  type PolicySet,
  type Principal,
  parsePolicySet,
} from "../policy/index.ts";
import type { PolicySource } from "./active-policy.ts";
import type { Denial, RunEvent } from "./protocol.ts";

/** Denials that a run's result has; of further ones only the number. */
const MAX_DENIALS = 100;
/** Principals of whom the index of the policy and decisions are kept from run to run. */
const MAX_PRINCIPALS = 16;

/** A run, as far as its permissions are concerned. */
export interface AuthorizedRun {
  readonly run: string;
  readonly principal: Principal;
  readonly dryRun: boolean;
  /** Told of each decision. */
  readonly onEvent: (event: RunEvent) => void;
}

/**
 * Decides for the runs of this process, one after the other, under the policy that is active. Each decision is in the
 * decision log before anything follows from it.
 */
export class Authority {
  /** What the current run was not allowed, the first {@link MAX_DENIALS}. */
  denials: Denial[] = [];
  moreDenials = 0;
  revision: string;
  private set: PolicySet;
  private readonly accesses = new Map<string, Access>();
  private current: AuthorizedRun | undefined;

  /** @throws {PolicyError} */
  constructor(
    source: PolicySource,
    private readonly log: DecisionLog,
  ) {
    this.set = parsePolicySet(source.text);
    this.revision = source.revision;
  }

  /** From the next request on, this policy decides. @throws {PolicyError}; then the one before stays */
  activate(source: PolicySource): void {
    this.set = parsePolicySet(source.text);
    this.revision = source.revision;
    this.accesses.clear();
  }

  /** Begins a run, and returns its way to the policy. */
  begin(run: AuthorizedRun): Access {
    this.current = run;
    this.denials = [];
    this.moreDenials = 0;
    const access = currentAccess(() => this.accessOf(run.principal));
    return run.dryRun ? dryRunAccess(access) : access;
  }

  private accessOf(principal: Principal): Access {
    const key = JSON.stringify(principal);
    const known = this.accesses.get(key);
    if (known) return known;
    if (this.accesses.size >= MAX_PRINCIPALS) this.accesses.clear();
    const access = createAccess(this.set, principal, {
      onDecision: (request, decision, asking) => this.record(request, decision, asking),
    });
    this.accesses.set(key, access);
    return access;
  }

  private record(request: AuthorizationRequest, decision: Decision, principal: Principal): void {
    const { current } = this;
    if (!current) throw new Error("a decision outside of a run");
    const { uid } = actionUids(request.action);
    const { type, id } = request.resource;
    const what = {
      action: `${uid.type}::"${uid.id}"`,
      resource: { type, id: masked(type, id) },
      policies: decision.policies,
    };
    const answer = decision.allowed ? "allow" : "deny";
    const errors = [
      ...decision.errors.map(({ policy, message }) => `${policy}: ${message}`),
      ...(decision.failure === undefined ? [] : [decision.failure]),
    ];
    this.remember({
      kind: "decision",
      run: current.run,
      principal: `${principal.type}::"${principal.id}"`,
      ...what,
      decision: answer,
      ...(errors.length === 0 ? {} : { errors }),
      ...(current.dryRun ? { dryRun: true } : {}),
      revision: this.revision,
    });
    current.onEvent({ type: "decision", ...what, policies: [...what.policies], decision: answer });
    const observed = current.dryRun && decision.allowed && isEffect(request.action);
    if (decision.allowed && !observed) return;
    this.deny({ ...what, policies: [...what.policies], reason: observed ? "dry_run" : reasonOf(decision) });
  }

  /** Without a record nothing may follow: the run ends. */
  private remember(entry: DecisionEntry): void {
    try {
      this.log.write(entry);
    } catch (error) {
      throw error instanceof AuditError ? new Terminated(error.message) : error;
    }
  }

  private deny(denial: Denial): void {
    if (this.denials.length < MAX_DENIALS) this.denials.push(denial);
    else this.moreDenials++;
  }
}

function reasonOf({ failure, policies, errors }: Decision): Denial["reason"] {
  if (failure !== undefined) return "check_failed";
  return policies.length > 0 || errors.length > 0 ? "forbidden" : "not_permitted";
}
