import type { Clause, Scope } from "../../../policy/scope.ts";
import type { EntityUid } from "../../../policy/types.ts";

/** Whether an entity is certainly in another one, wherever both policies hold. */
export type IsIn = (inner: EntityUid, outer: EntityUid) => boolean;

/** How what comes after stands to what was before; `unclear` where neither is certainly within the other. */
export type Relation = "equal" | "wider" | "narrower" | "unclear";

export const VARIABLES = ["principal", "action", "resource"] as const;
type Variable = (typeof VARIABLES)[number];

/** Of each part of a scope. */
export function scopeRelations(
  before: Scope,
  after: Scope,
  isIn: IsIn,
): { readonly [variable in Variable]: Relation } {
  const relation = (variable: Variable): Relation => {
    const [old, next] = [before[variable], after[variable]];
    return relationOf(covers(next, old, isIn), covers(old, next, isIn));
  };
  return { principal: relation("principal"), action: relation("action"), resource: relation("resource") };
}

/** @param grows all that was is still there; `shrinks`: nothing is there that was not */
export function relationOf(grows: boolean, shrinks: boolean): Relation {
  if (grows && shrinks) return "equal";
  return grows ? "wider" : shrinks ? "narrower" : "unclear";
}

/** Of several that must hold together. */
export function combined(relations: readonly Relation[]): Relation {
  const each = new Set(relations.filter((relation) => relation !== "equal"));
  const [only = "equal"] = each;
  return each.size > 1 ? "unclear" : only;
}

/** Whether `clause` certainly takes all that `other` takes. */
function covers(clause: Clause, other: Clause, isIn: IsIn): boolean {
  const isWithin = (inner: EntityUid, outer: EntityUid): boolean =>
    isSame(inner, outer) || isIn(inner, outer);
  switch (clause.op) {
    case "all":
      return true;
    case "==":
      return other.op === "==" && isSame(clause.uid, other.uid);
    case "in":
      return entitiesOf(other).every((inner) => clause.uids.some((outer) => isWithin(inner, outer)));
    case "is": {
      const { type, within } = clause;
      if (other.op === "==") return other.uid.type === type && (!within || isWithin(other.uid, within));
      if (other.op !== "is" || other.type !== type) return false;
      return !within || (other.within !== undefined && isWithin(other.within, within));
    }
  }
}

const NOWHERE: EntityUid = { type: "", id: "" };

/** All that a clause takes is one of these or in one; a place that is in nothing where it is not bounded so. */
function entitiesOf(clause: Clause): readonly EntityUid[] {
  switch (clause.op) {
    case "==":
      return [clause.uid];
    case "in":
      return clause.uids;
    case "is":
      return [clause.within ?? NOWHERE];
    case "all":
      return [NOWHERE];
  }
}

const isSame = (a: EntityUid, b: EntityUid): boolean => a.type === b.type && a.id === b.id;
