import type { CedarValueJson, EntityJson, StatefulAuthorizationCall } from "@cedar-policy/cedar-wasm/web";
import { withCedar } from "./cedar.ts";
import { groupsOf, unknownAttributes } from "./entities.ts";
import { actionUids } from "./hierarchy.ts";
import { ParsedNames } from "./parsed.ts";
import { type Policy, type PolicySet, textOf } from "./policy-set.ts";
import { parsedSchema } from "./schema.ts";
import { isElsewhere } from "./scope.ts";
import { type Slice, Slicer } from "./slice.ts";
import type { Action, AuthorizationRequest, Decision, EntityUid, Principal, Resource } from "./types.ts";

/** Decisions kept under their exact request; more start anew. */
const MAX_DECISIONS = 16_384;
/** Slices that Cedar keeps parsed, by {@link Decider} and policies: one for all deciders, as Cedar has one of each name. */
const MAX_PARSED = 32;
const names = new ParsedNames("slice", MAX_PARSED);
let deciders = 0;

/** Decides requests of one principal under one policy set, by Cedar. */
export class Decider {
  private readonly slicer: Slicer;
  private readonly effects: ReadonlyMap<string, Policy["effect"]>;
  private readonly decisions = new Map<string, Decision>();
  private readonly number = deciders++;
  /** The principal's groups, and all that these are in. */
  private readonly ancestors: readonly EntityUid[];
  /** Beside those of the request, by slice. */
  private readonly entities = new WeakMap<Slice, readonly EntityJson[]>();

  constructor(
    private readonly set: PolicySet,
    private readonly principal: Principal,
  ) {
    const { policies, entities } = set;
    this.ancestors = groupsOf(principal, entities);
    this.slicer = new Slicer(policies, principal, this.ancestors);
    this.effects = new Map(policies.map(({ id, effect }) => [id, effect]));
  }

  /** The decision, with why. Whatever goes wrong is a denial. */
  decide(request: AuthorizationRequest): Decision {
    const slice = this.slicer.slice(request);
    const key = slice.decided && !request.context ? slice.key : exactKey(request);
    const known = this.decisions.get(key);
    if (known) return known;
    const decision = this.ask(slice, request);
    if (this.decisions.size >= MAX_DECISIONS) this.decisions.clear();
    // A failure of the engine may pass; it is not kept.
    if (decision.failure === undefined) this.decisions.set(key, decision);
    return decision;
  }

  /** Whether there is a policy that forbids `action` on some resource, or on one in the directory `within`. */
  mayForbid(action: Action, within?: Resource): boolean {
    return this.slicer
      .policiesOf(action)
      .some(
        ({ effect, scope }) =>
          effect === "forbid" && !(within && scope && isElsewhere(scope.resource, within)),
      );
  }

  /** Whether a forbid is why nothing is allowed, or a fault; not only that nothing permits. */
  isForbidden({ allowed, policies, errors, failure }: Decision): boolean {
    if (allowed) return false;
    const broken = errors.some(({ policy }) => this.effects.get(policy) === "forbid");
    return broken || policies.length > 0 || failure !== undefined;
  }

  private ask(slice: Slice, request: AuthorizationRequest): Decision {
    try {
      return withCedar((cedar) => {
        const answer = cedar.statefulIsAuthorized({
          ...toCall(this.principal, request),
          entities: [...this.entitiesOf(slice), ...requestEntities(request)],
          preparsedSchemaName: parsedSchema(this.set.schema),
          preparsedPolicySetId: this.parse(slice),
        });
        if (answer.type === "failure") return failed(answer.errors.map(({ message }) => message).join("; "));
        const { decision, diagnostics } = answer.response;
        const reason = diagnostics.reason.map((name) => idIn(slice, name));
        const errors = diagnostics.errors
          .map(({ policyId, error }) => ({ policy: idIn(slice, policyId), message: error.message }))
          .sort((a, b) => (a.policy < b.policy ? -1 : 1));
        // Cedar skips a policy that it cannot evaluate. Of a forbid that would be to allow what it forbids.
        const broken = errors.filter(({ policy }) => this.effects.get(policy) === "forbid");
        const allowed = decision === "allow" && broken.length === 0;
        const policies = decision === "allow" && !allowed ? broken.map(({ policy }) => policy) : reason;
        return { allowed, policies: [...policies].sort(), errors };
      });
    } catch (error) {
      return failed(String(error));
    }
  }

  /** The id under which Cedar has the slice's policies. */
  private parse(slice: Slice): string {
    return names.get(`${this.number} ${slice.policiesKey}`, (name) =>
      withCedar((cedar) => cedar.preparsePolicySet(name, { staticPolicies: textOf(slice.policies) })),
    );
  }

  /** The principal, and what the policies of the slice can look into. */
  private entitiesOf(slice: Slice): readonly EntityJson[] {
    const known = this.entities.get(slice);
    if (known !== undefined) return known;
    const seen = this.set.entities?.seenBy(slice.policies, this.principal) ?? [];
    const all = [...this.principalEntities(), ...seen];
    this.entities.set(slice, all);
    return all;
  }

  /** None for who has no groups and of whom nothing is known but the name. */
  private principalEntities(): readonly EntityJson[] {
    const { type, id, attributes, groups } = this.principal;
    if (attributes === undefined && groups === undefined && this.ancestors.length === 0) return [];
    const attrs = mutable(attributes ?? unknownAttributes(type));
    return [{ uid: { type, id }, attrs, parents: this.ancestors.map((group) => ({ ...group })) }];
  }
}

/** The id of a policy that Cedar calls by its place in the text. */
function idIn({ policies }: Slice, name: string): string {
  const [, number = ""] = /^policy(\d+)$/.exec(name) ?? [];
  const policy = policies[number === "" ? -1 : Number(number)];
  if (policy === undefined) throw new Error(`no policy of the request is ${name}`);
  return policy.id;
}

const failed = (failure: string): Decision => ({ allowed: false, policies: [], errors: [], failure });

const exactKey = ({ action, resource, context }: AuthorizationRequest): string =>
  JSON.stringify([action, resource.type, resource.id, resource.attributes, resource.ancestors, context]);

function toCall(
  { type, id }: Principal,
  { action, resource, context }: AuthorizationRequest,
): Omit<StatefulAuthorizationCall, "preparsedPolicySetId" | "entities"> {
  return {
    principal: { type, id },
    action: actionUids(action).uid,
    resource: uidOf(resource),
    context: mutable(context?.record ?? {}),
    validateRequest: true,
  };
}

/** The resource and what the context refers to. All ancestors are parents, so what is between needs no entity. */
const requestEntities = ({ resource, context }: AuthorizationRequest): readonly EntityJson[] => [
  { uid: uidOf(resource), attrs: mutable(resource.attributes), parents: resource.ancestors.map(uidOf) },
  ...(context?.entities ?? []).map(
    ({ attributes, tags, ...entity }): EntityJson => ({
      uid: uidOf(entity),
      attrs: mutable(attributes),
      parents: [],
      tags: mutable(tags),
    }),
  ),
];

const uidOf = ({ type, id }: EntityUid) => ({ type, id });

/** Cedar's types are not declared readonly; it changes nothing. */
const mutable = (record: object): Record<string, CedarValueJson> => record as Record<string, CedarValueJson>;
