import type { CedarValueJson, EntityJson, StatefulAuthorizationCall } from "@cedar-policy/cedar-wasm/web";
import { cedarGeneration, SCHEMA, withCedar } from "./cedar.ts";
import { actionUids } from "./hierarchy.ts";
import type { Policy, PolicySet } from "./policy-set.ts";
import { isElsewhere } from "./scope.ts";
import { type Slice, Slicer } from "./slice.ts";
import type { Action, AuthorizationRequest, Decision, EntityUid, Principal, Resource } from "./types.ts";

/** Decisions kept under their exact request; more start anew. */
const MAX_DECISIONS = 16_384;
/**
 * Parsed slices kept in Cedar, which never frees an id (measured: 200 ids of 100 policies hold 50 MB); a further
 * slice is parsed under the id of the oldest.
 */
const MAX_PARSED = 32;
/** Ids under which Cedar has slices, by {@link Decider} and policies: one for all deciders, as Cedar has one of each id. */
const parsed = new Map<string, string>();
let parsedGeneration = -1;
let deciders = 0;

/** Decides requests of one principal under one policy set, by Cedar. */
export class Decider {
  private readonly slicer: Slicer;
  private readonly effects: ReadonlyMap<string, Policy["effect"]>;
  private readonly decisions = new Map<string, Decision>();
  private readonly number = deciders++;

  constructor(
    { policies }: PolicySet,
    private readonly principal: Principal,
  ) {
    this.slicer = new Slicer(policies, principal, ancestorsOf(principal));
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
        const preparsedPolicySetId = this.parse(slice);
        const answer = cedar.statefulIsAuthorized({
          ...toCall(this.principal, request),
          preparsedPolicySetId,
        });
        if (answer.type === "failure") return failed(answer.errors.map(({ message }) => message).join("; "));
        const { decision, diagnostics } = answer.response;
        const errors = diagnostics.errors
          .map(({ policyId, error }) => ({ policy: policyId, message: error.message }))
          .sort((a, b) => (a.policy < b.policy ? -1 : 1));
        // Cedar skips a policy that it cannot evaluate. Of a forbid that would be to allow what it forbids.
        const broken = errors.filter(({ policy }) => this.effects.get(policy) === "forbid");
        const allowed = decision === "allow" && broken.length === 0;
        const policies =
          decision === "allow" && !allowed ? broken.map(({ policy }) => policy) : diagnostics.reason;
        return { allowed, policies: [...policies].sort(), errors };
      });
    } catch (error) {
      return failed(String(error));
    }
  }

  /** The id under which Cedar has the slice's policies. */
  private parse(slice: Slice): string {
    if (parsedGeneration !== cedarGeneration()) {
      parsed.clear();
      parsedGeneration = cedarGeneration();
    }
    const key = `${this.number} ${slice.policiesKey}`;
    const known = parsed.get(key);
    if (known !== undefined) return known;
    const [oldest] = parsed;
    const full = parsed.size >= MAX_PARSED && oldest !== undefined;
    const id = full ? oldest[1] : `slice${parsed.size}`;
    if (full) parsed.delete(oldest[0]);
    const staticPolicies = Object.fromEntries(slice.policies.map(({ id, text }) => [id, text]));
    const answer = withCedar((cedar) => cedar.preparsePolicySet(id, { staticPolicies }));
    if (answer.type === "failure") {
      parsed.clear(); // else the id would be given out once more while it is another's
      throw new Error(answer.errors.map(({ message }) => message).join("; "));
    }
    parsed.set(key, id);
    return id;
  }
}

const ancestorsOf = ({ groups = [] }: Principal): readonly EntityUid[] =>
  groups.map((id) => ({ type: "Group", id }));

/** None for an account, of which nothing is known but its name. */
function principalEntities(principal: Principal): readonly EntityJson[] {
  const { type, id, attributes, groups } = principal;
  if (attributes === undefined && groups === undefined) return [];
  const parents = ancestorsOf(principal).map((group) => ({ ...group }));
  return [{ uid: { type, id }, attrs: mutable(attributes ?? {}), parents }];
}

const failed = (failure: string): Decision => ({ allowed: false, policies: [], errors: [], failure });

const exactKey = ({ action, resource, context }: AuthorizationRequest): string =>
  JSON.stringify([action, resource.type, resource.id, resource.attributes, resource.ancestors, context]);

function toCall(
  principal: Principal,
  { action, resource, context }: AuthorizationRequest,
): Omit<StatefulAuthorizationCall, "preparsedPolicySetId"> {
  const uid = ({ type, id }: EntityUid) => ({ type, id });
  return {
    principal: uid(principal),
    action: actionUids(action).uid,
    resource: uid(resource),
    context: mutable(context?.record ?? {}),
    preparsedSchemaName: SCHEMA,
    validateRequest: true,
    // All ancestors are parents, so the directories between need no entity of their own.
    entities: [
      ...principalEntities(principal),
      { uid: uid(resource), attrs: mutable(resource.attributes), parents: resource.ancestors.map(uid) },
      ...(context?.entities ?? []).map(
        ({ attributes, tags, ...entity }): EntityJson => ({
          uid: uid(entity),
          attrs: mutable(attributes),
          parents: [],
          tags: mutable(tags),
        }),
      ),
    ],
  };
}

/** Cedar's types are not declared readonly; it changes nothing. */
const mutable = (record: object): Record<string, CedarValueJson> => record as Record<string, CedarValueJson>;
