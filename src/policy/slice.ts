import { ALL_ACTIONS, actionUids } from "./hierarchy.ts";
import type { Policy } from "./policy-set.ts";
import type { Clause } from "./scope.ts";
import type { Action, AuthorizationRequest, EntityUid } from "./types.ts";

/** The policies that can matter to a request. */
export interface Slice {
  /** Same key, same policies, action and type of resource. */
  readonly key: string;
  readonly policies: readonly Policy[];
  /** Same policies, same text. */
  readonly policiesKey: string;
  /** The scopes decide alone: all requests of this slice have the same answer. */
  readonly decided: boolean;
}

/** Policies of one action, by what their resource clause asks for. */
interface Index {
  /** By uid: `resource == uid`. */
  readonly equal: Map<string, number[]>;
  /** By uid: `resource in uid`. */
  readonly within: Map<string, number[]>;
  /** Every resource, a type (to be looked at), or a scope that is not understood. */
  readonly others: number[];
}

const keyOf = ({ type, id }: EntityUid): string => `${type}::${id}`;

/**
 * Finds the policies whose scope matches a request. Leaving out a policy whose scope does not match is sound: it is
 * neither satisfied nor in error, so it has no part in the decision or in its reasons.
 */
export class Slicer {
  private readonly indexes = new Map<Action, Index>();
  private readonly slices = new Map<string, Slice>();

  constructor(
    private readonly policies: readonly Policy[],
    principal: EntityUid,
    groups: readonly EntityUid[] = [],
  ) {
    const possible = policies
      .map((policy, number) => ({ policy, number }))
      .filter(({ policy }) => !policy.scope || matches(policy.scope.principal, principal, groups));
    for (const action of ALL_ACTIONS) {
      const { uid, self } = actionUids(action);
      const index: Index = { equal: new Map(), within: new Map(), others: [] };
      for (const { policy, number } of possible) {
        if (!policy.scope || matches(policy.scope.action, uid, self)) add(index, policy, number);
      }
      this.indexes.set(action, index);
    }
  }

  slice({ action, resource }: AuthorizationRequest): Slice {
    const index = this.indexes.get(action);
    if (!index) throw new Error(`no action ${action}`);
    const { equal, within } = index;
    const numbers: number[] = equal.size > 0 ? [...(equal.get(keyOf(resource)) ?? [])] : [];
    if (within.size > 0) {
      for (const uid of [resource, ...resource.ancestors]) numbers.push(...(within.get(keyOf(uid)) ?? []));
    }
    for (const number of index.others) {
      const clause = this.policies[number]?.scope?.resource;
      if (!clause || matches(clause, resource, resource.ancestors)) numbers.push(number);
    }
    // A policy is in one place of the index, but `in [a, b]` may be met twice.
    const sorted = numbers.length > 1 ? [...new Set(numbers)].sort((a, b) => a - b) : numbers;
    // What Cedar checks of a request beside the policies is the action and the type of the resource.
    return this.known(`${action} ${resource.type}`, sorted);
  }

  /** Policies that can match a request for `action`. */
  policiesOf(action: Action): readonly Policy[] {
    const index = this.indexes.get(action);
    if (!index) return [];
    const numbers = [...index.equal.values(), ...index.within.values(), index.others].flat();
    return numbers.flatMap((number) => this.policies[number] ?? []);
  }

  private known(asked: string, numbers: readonly number[]): Slice {
    const policiesKey = numbers.join(",");
    const key = `${asked} ${policiesKey}`;
    const found = this.slices.get(key);
    if (found) return found;
    if (this.slices.size >= MAX_SLICES) this.slices.clear();
    const policies = numbers.flatMap((number) => this.policies[number] ?? []);
    const decided = policies.every(({ scope, conditional }) => scope !== undefined && !conditional);
    const slice = { key, policies, policiesKey, decided };
    this.slices.set(key, slice);
    return slice;
  }
}

/** Slices kept; a policy set with more of them starts anew. */
const MAX_SLICES = 1024;

function add({ equal, within, others }: Index, { scope }: Policy, number: number): void {
  const clause = scope?.resource;
  if (clause?.op === "==") push(equal, clause.uid, number);
  else if (clause?.op === "in") for (const uid of clause.uids) push(within, uid, number);
  else others.push(number);
}

function push(map: Map<string, number[]>, uid: EntityUid, number: number): void {
  const key = keyOf(uid);
  const list = map.get(key);
  if (list) list.push(number);
  else map.set(key, [number]);
}

const same = (a: EntityUid, b: EntityUid): boolean => a.type === b.type && a.id === b.id;

/** Cedar's meaning of a clause for an entity and those that it is in. An entity is `in` itself. */
export function matches(clause: Clause, entity: EntityUid, ancestors: readonly EntityUid[]): boolean {
  switch (clause.op) {
    case "all":
      return true;
    case "==":
      return same(clause.uid, entity);
    case "in":
      return clause.uids.some(
        (uid) => same(uid, entity) || ancestors.some((ancestor) => same(uid, ancestor)),
      );
    case "is": {
      const { within } = clause;
      if (clause.type !== entity.type) return false;
      return !within || same(within, entity) || ancestors.some((ancestor) => same(within, ancestor));
    }
  }
}
