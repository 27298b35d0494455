import { isDeepStrictEqual } from "node:util";
import type { Policy, PolicySet } from "../../../policy/index.ts";
import { type Meaning, meaningOf } from "../../../policy/meaning.ts";
import { combined, type IsIn, type Relation, relationOf, scopeRelations, VARIABLES } from "./cover.ts";
import { inBoth } from "./is-in.ts";

/**
 * What a change can do to decisions: `more` and `less` are certain in that nothing goes the other way; `unclear` can go
 * both ways; `nothing` changes none.
 */
export type Consequence = "more" | "less" | "unclear" | "nothing";

/** A policy that is not what it was. */
export interface PolicyChange {
  readonly id: string;
  readonly change: "added" | "removed" | "changed" | "renamed";
  readonly effect: "permit" | "forbid";
  readonly allows: Consequence;
  /** What differs, in words. */
  readonly what: readonly string[];
  readonly before?: string;
  readonly after?: string;
}

interface Known {
  readonly policy: Policy;
  readonly meaning: Meaning;
  /** Same text, same meaning. */
  readonly text: string;
}

/** The policies that differ by id, whatever their formatting, comments, files and order. */
export function diffPolicies(before: PolicySet, after: PolicySet): readonly PolicyChange[] {
  const [old, next] = [known(before), known(after)];
  const isIn = inBoth(before.entities, after.entities);
  const added = [...next.values()].filter(({ policy }) => !old.has(policy.id));
  const removed = [...old.values()].filter(({ policy }) => !next.has(policy.id));
  const renamed = removed.flatMap((from) => {
    const to = added.find(({ text }) => text === from.text);
    if (to === undefined) return [];
    added.splice(added.indexOf(to), 1);
    return [{ from, to }];
  });
  const gone = removed.filter((from) => !renamed.some((each) => each.from === from));
  const changed = [...old.values()].flatMap((from) => {
    const to = next.get(from.policy.id);
    return to === undefined || from.text === to.text ? [] : [changeOf(from, to, isIn)];
  });
  return [
    ...added.map(({ policy, meaning }) => one("added", policy, meaning, "after")),
    ...gone.map(({ policy, meaning }) => one("removed", policy, meaning, "before")),
    ...changed,
    ...renamed.map(
      ({ from, to }): PolicyChange => ({
        id: to.policy.id,
        change: "renamed",
        effect: to.meaning.effect,
        allows: "nothing",
        what: [`it was called ${from.policy.id}`],
      }),
    ),
  ];
}

const known = ({ policies }: PolicySet): ReadonlyMap<string, Known> =>
  new Map(
    policies.map((policy) => {
      const meaning = meaningOf(policy);
      return [policy.id, { policy, meaning, text: JSON.stringify(meaning) }];
    }),
  );

function one(
  change: "added" | "removed",
  { id, text }: Policy,
  { effect }: Meaning,
  side: "before" | "after",
): PolicyChange {
  const allows = (change === "added") === (effect === "permit") ? "more" : "less";
  return { id, change, effect, allows, what: [], [side]: text.trim() };
}

function changeOf(from: Known, to: Known, isIn: IsIn): PolicyChange {
  const { id } = to.policy;
  const { effect } = to.meaning;
  const texts = { before: from.policy.text.trim(), after: to.policy.text.trim() };
  if (from.meaning.effect !== effect) {
    const allows = effect === "permit" ? "more" : "less";
    return { id, change: "changed", effect, allows, what: [`it was a ${from.meaning.effect}`], ...texts };
  }
  const parts = partsOf(from.meaning, to.meaning, isIn);
  const relation = combined(parts.map((part) => part.relation));
  const what = parts.filter((part) => part.relation !== "equal").map(wordsOf);
  return {
    id,
    change: "changed",
    effect,
    allows: ALLOWS[effect][relation],
    what: what.length > 0 ? what : ["its annotations changed"],
    ...texts,
  };
}

/** What it comes to that a policy applies more or less often. */
const ALLOWS: { readonly [effect in Meaning["effect"]]: { readonly [relation in Relation]: Consequence } } = {
  permit: { equal: "nothing", wider: "more", narrower: "less", unclear: "unclear" },
  forbid: { equal: "nothing", wider: "less", narrower: "more", unclear: "unclear" },
};

interface Part {
  readonly name: string;
  readonly relation: Relation;
}

function partsOf(before: Meaning, after: Meaning, isIn: IsIn): readonly Part[] {
  const scope = scopeRelations(before.scope, after.scope, isIn);
  return [
    ...VARIABLES.map((name) => ({ name: `its ${name}`, relation: scope[name] })),
    { name: "its conditions", relation: conditionsRelation(before, after) },
    { name: "what it asks an approval for", relation: approvalRelation(before, after) },
  ];
}

const wordsOf = ({ name, relation }: Part): string =>
  relation === "unclear" ? `${name} changed` : `${name} became ${relation}`;

/** Fewer conditions hold more often. What they mean is not looked into. */
function conditionsRelation(
  { conditions: before, effect }: Meaning,
  { conditions: after }: Meaning,
): Relation {
  if (isDeepStrictEqual(before, after)) return "equal";
  const has = (all: readonly unknown[], one: unknown) => all.some((each) => isDeepStrictEqual(each, one));
  // A forbid that cannot be evaluated denies: without the condition that fails it may not, unless that is the last.
  const begins = (all: readonly unknown[], part: readonly unknown[]) =>
    effect === "permit"
      ? part.every((each) => has(all, each))
      : isDeepStrictEqual(all.slice(0, part.length), part);
  return relationOf(begins(before, after), begins(after, before));
}

const APPROVAL = "approval";

/** A permit that asks nobody permits more. */
function approvalRelation({ annotations: before }: Meaning, { annotations: after }: Meaning): Relation {
  const [asked, asks] = [APPROVAL in before, APPROVAL in after];
  return relationOf(asked || !asks, asks || !asked);
}
