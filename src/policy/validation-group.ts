import { ALL_ACTIONS, actionUids } from "./hierarchy.ts";
import type { Policy } from "./policy-set.ts";
import type { Schema } from "./schema-json.ts";
import { matches } from "./slice.ts";
import type { Action } from "./types.ts";

/** Policies, and a schema that has all that matters to them. */
export interface ValidationGroup {
  readonly policies: readonly Policy[];
  readonly schema: Schema;
}

/** Fewer policies take less time with all actions than a schema of their own takes to be read. */
const LEAST = 4;

/**
 * Puts policies together that are for the same actions, each group with a schema that has no others. Cedar types a policy
 * for every action that there is; where its scope is not for that one, it is `False` before the condition is looked at, and
 * nothing can be found (cedar-policy-core, `validator/typecheck.rs`: the right side of `&&`).
 */
export function validationGroups(policies: readonly Policy[], schema: Schema): readonly ValidationGroup[] {
  const groups = new Map<string, { actions: readonly Action[]; policies: Policy[] }>();
  for (const policy of policies) {
    const actions = actionsOf(policy);
    const key = actions.join();
    const group = groups.get(key) ?? { actions, policies: [] };
    group.policies.push(policy);
    groups.set(key, group);
  }
  const isOwn = (group: { actions: readonly Action[]; policies: readonly Policy[] }): boolean =>
    group.actions.length < ALL_ACTIONS.length && group.policies.length >= LEAST;
  const all = [...groups.values()];
  const rest = all.filter((group) => !isOwn(group)).flatMap((group) => group.policies);
  return [
    ...all.filter(isOwn).map((group) => ({ ...group, schema: schemaFor(schema, group.actions) })),
    ...(rest.length === 0 ? [] : [{ policies: rest, schema }]),
  ];
}

/** Those that its scope takes; all of them where that is not known, or where it takes none: that is to be told. */
function actionsOf({ scope }: Policy): readonly Action[] {
  if (scope === undefined) return ALL_ACTIONS;
  const taken = ALL_ACTIONS.filter((action) => {
    const { uid, self } = actionUids(action);
    return matches(scope.action, uid, self);
  });
  return taken.length === 0 ? ALL_ACTIONS : taken;
}

/** `schema` with these actions, and what they are in. */
function schemaFor(schema: Schema, actions: readonly Action[]): Schema {
  const kept = new Set(
    actions.flatMap((action) => actionUids(action).self.map(({ type, id }) => `${type} ${id}`)),
  );
  return Object.fromEntries(
    Object.entries(schema).map(([namespace, declared]) => {
      const those = Object.entries(declared.actions).filter(([id]) => kept.has(`${namespace}::Action ${id}`));
      return [namespace, { ...declared, actions: Object.fromEntries(those) }];
    }),
  );
}
