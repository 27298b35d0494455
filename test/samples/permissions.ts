import { policySetTextToParts, policyToJson, policyToText } from "@cedar-policy/cedar-wasm/nodejs";

/** A policy set that lacks one permission of another. */
export interface Lessened {
  /** The permission that it lacks: the id of the permit, and the action. */
  readonly lacks: string;
  readonly policy: string;
}

/** The policy sets that have all permissions of `policy` but one: one action of one `permit`. */
export function lessened(policy: string): readonly Lessened[] {
  const texts = success(policySetTextToParts(policy)).policies;
  return texts.flatMap((text, place) => {
    const json = success(policyToJson(text)).json;
    if (json.effect === "forbid") return [];
    const without = (replacement: readonly string[]) =>
      [...texts.slice(0, place), ...replacement, ...texts.slice(place + 1)].join("\n");
    return actionsOf(json.action).map(([action, others]) => ({
      lacks: `${json.annotations?.["id"]}: ${action}`,
      policy: without(others ? [success(policyToText({ ...json, action: others })).text] : []),
    }));
  });
}

type Action = Extract<ReturnType<typeof policyToJson>, { type: "success" }>["json"]["action"];

/** The actions of a scope, each with what is left of the scope without it. */
function actionsOf(action: Action): readonly (readonly [string, Action | undefined])[] {
  if (action.op === "All") throw new Error("a permit of a sample names its actions");
  const entities = "entities" in action ? action.entities : "entity" in action ? [action.entity] : [];
  return entities.map((entity) => {
    const others = entities.filter((other) => other !== entity);
    const name = "__entity" in entity ? entity.__entity.id : entity.id;
    return [name, others.length === 0 ? undefined : { op: "in", entities: others }];
  });
}

function success<T extends { readonly type: string }>(answer: T): Extract<T, { type: "success" }> {
  if (answer.type !== "success") throw new Error(`not Cedar: ${JSON.stringify(answer)}`);
  return answer as Extract<T, { type: "success" }>;
}
