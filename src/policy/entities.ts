import type { CheckParseAnswer, EntityJson } from "@cedar-policy/cedar-wasm/web";
import { schemaText, withCedar, withinEngine } from "./cedar.ts";
import { PolicyError } from "./errors.ts";
import { literalsOf, uidsIn } from "./literals.ts";
import type { Policy } from "./policy-set.ts";
import type { ExtendedSchema } from "./schema.ts";
import { ownSchema, type Schema, withoutActions } from "./schema-json.ts";
import type { CedarValue, EntityUid, Principal } from "./types.ts";
import { uidText } from "./uid-text.ts";

/** Something that policies know of beside principal and resource, as in Cedar's JSON. */
export interface Entity {
  readonly uid: EntityUid;
  readonly attrs: { readonly [name: string]: CedarValue };
  readonly parents: readonly EntityUid[];
  readonly tags?: { readonly [name: string]: CedarValue } | undefined;
}

const GROUP = "Group";
/**
 * Types of principals, with the attributes of one that does not ask. What a principal is, the agent itself says; of
 * others it says nothing, and who nothing is known of only observes.
 */
const PRINCIPALS: { readonly [type: string]: Entity["attrs"] } = {
  User: {},
  Agent: { autonomy: 0 },
  Token: {},
};

/** Attributes of a principal of whom nothing is known. */
export const unknownAttributes = (type: string): Entity["attrs"] => PRINCIPALS[type] ?? {};

/** Entities that come with policies: groups, what principals are in, and types of an extended schema. */
export class Entities {
  private readonly byUid: ReadonlyMap<string, Entity>;
  /** The last parts of the names of their types. */
  private readonly names: readonly string[];
  private readonly ancestors = new Map<string, readonly EntityUid[]>();
  private readonly literals = new WeakMap<Policy, readonly EntityUid[]>();

  constructor(readonly all: readonly Entity[]) {
    this.byUid = new Map(all.map((entity) => [uidText(entity.uid), entity]));
    this.names = [...new Set(all.map(({ uid }) => uid.type.replace(/^.*::/, "")))];
  }

  /** All that an entity is in, if it is one of these. */
  ancestorsOf(uid: EntityUid): readonly EntityUid[] {
    const key = uidText(uid);
    const known = this.ancestors.get(key);
    if (known !== undefined) return known;
    const found = new Map<string, EntityUid>();
    const open = [...(this.byUid.get(key)?.parents ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(uidText(next))) continue;
      found.set(uidText(next), next);
      open.push(...(this.byUid.get(uidText(next))?.parents ?? []));
    }
    const all = [...found.values()];
    this.ancestors.set(key, all);
    return all;
  }

  /**
   * Those that `policies` can look into, for Cedar: that they name, and that these refer to. Ancestors are given as
   * parents, so that what is between needs no entity of its own.
   * @param except the principal, which is given beside them
   */
  seenBy(policies: readonly Policy[], except: EntityUid): readonly EntityJson[] {
    const seen = new Set([uidText(except)]);
    const found: EntityJson[] = [];
    const open = policies.flatMap((policy) => this.namedBy(policy));
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const entity = this.byUid.get(uidText(next));
      if (entity === undefined || seen.has(uidText(next))) continue;
      seen.add(uidText(next));
      found.push(toJson(entity, this.ancestorsOf(entity.uid)));
      open.push(...uidsIn(entity.attrs), ...uidsIn(entity.tags));
    }
    return found;
  }

  private namedBy(policy: Policy): readonly EntityUid[] {
    // Asking Cedar for each of a thousand policies would take a tenth of a second. Names have no escapes.
    if (!this.names.some((name) => policy.text.includes(name))) return [];
    const known = this.literals.get(policy) ?? literalsOf(policy);
    this.literals.set(policy, known);
    return known;
  }
}

/** Groups that the principal itself knows of, those that others say it is in, and all that these are in. */
export function groupsOf(principal: Principal, entities: Entities | undefined): readonly EntityUid[] {
  const own = (principal.groups ?? []).map((id) => ({ type: GROUP, id }));
  if (entities === undefined) return own;
  const all = [principal, ...own].flatMap((uid) => entities.ancestorsOf(uid));
  return [...new Map([...own, ...all].map((uid) => [uidText(uid), uid])).values()];
}

/**
 * Takes entities that come with policies.
 * @throws {PolicyError} code `entities_invalid`: for what the schema does not have, for the resources of Remit itself,
 * and for what a principal is
 */
export function loadEntities(entities: readonly Entity[], schema?: ExtendedSchema): Entities {
  const known = new Set<string>();
  for (const entity of entities) {
    const text = uidText(entity.uid);
    if (known.has(text)) throw invalid(text, "is there twice");
    known.add(text);
    const fault = faultOf(entity, schema);
    if (fault !== undefined) throw invalid(text, fault);
  }
  const all = entities.map((entity) => toJson(entity, entity.parents));
  const check = (text: string | Schema): CheckParseAnswer =>
    withinEngine("the entities", () =>
      withCedar((cedar) => cedar.checkParseEntities({ entities: all, schema: text })),
    );
  // No action is among them. Most of the time would be spent on reading those of the schema.
  const json = schema?.facts?.json ?? ownSchema();
  if (check(withoutActions(json)).type === "success") return new Entities(entities);
  const answer = check(schema?.text ?? schemaText());
  if (answer.type === "success") return new Entities(entities);
  const [first] = answer.errors;
  const message = first?.message.replace(/^error during entity deserialization: /, "");
  throw new PolicyError("entities_invalid", message ?? "they do not fit the schema", {
    help: first?.help ?? undefined,
  });
}

function faultOf(
  { uid: { type }, attrs, tags, parents }: Entity,
  schema?: ExtendedSchema,
): string | undefined {
  if (schema?.facts?.types.has(type)) return undefined;
  if (type !== GROUP && PRINCIPALS[type] === undefined) {
    return `is of no type that may be given: groups (${GROUP}), what principals are in, and types of the own schema; what resources are, Remit says itself`;
  }
  if (Object.keys(attrs).length > 0 || tags !== undefined) {
    return "has attributes; what a principal is, the agent says itself (as its token's autonomy)";
  }
  const other = parents.find((parent) => parent.type !== GROUP);
  return other === undefined ? undefined : `is in ${uidText(other)}, which is no ${GROUP}`;
}

function toJson({ uid, attrs, tags }: Entity, parents: readonly EntityUid[]): EntityJson {
  const all = { ...unknownAttributes(uid.type), ...attrs };
  // Cedar's types are not declared readonly; it changes nothing.
  return { uid: { ...uid }, attrs: all, parents: [...parents], ...(tags ? { tags } : {}) } as EntityJson;
}

const invalid = (uid: string, fault: string): PolicyError =>
  new PolicyError("entities_invalid", `the entity ${uid} ${fault}`);
