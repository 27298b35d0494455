import type { Entity } from "../../policy/entities.ts";
import { actionNamed } from "../../policy/hierarchy.ts";
import { resourceOf } from "../../policy/resource.ts";
import type {
  AuthorizationRequest,
  ContextEntity,
  EntityUid,
  Principal,
  Resource,
} from "../../policy/types.ts";
import { parseUid, uidText } from "../../policy/uid-text.ts";
import type { PolicyTest } from "./test-file.ts";

/** A test that asks for what nobody can ask. */
export class TestFault extends Error {
  override readonly name = "TestFault";
}

/** What a test asks, as an operation would ask it. */
export interface Question {
  readonly principal: Principal;
  readonly request: AuthorizationRequest;
  /** Further entities, beside those of the bundle. */
  readonly entities: readonly Entity[];
}

const AGENT = "Agent";
const GROUP = "Group";
const DIR = "file_system::Dir";
/** Types of what a context refers to. */
const CONTEXT_TYPES = ["file_system::Arguments", "file_system::Environment"];

/**
 * The question of a test. Of its entities, that of the principal is what the agent knows of it, and that of the resource
 * what an operation tells of it beside what follows from its id.
 * @throws {TestFault}
 */
export function questionOf({ request, entities }: PolicyTest): Question {
  const action = actionNamed(request.action);
  if (action === undefined) throw new TestFault(`there is no action ${request.action}`);
  const [principal, resource] = [uidOf("principal", request), uidOf("resource", request)];
  const others = entities.filter(({ uid }) => !isSame(uid, principal) && !isSame(uid, resource));
  const context = others.filter(({ uid }) => CONTEXT_TYPES.includes(uid.type));
  return {
    principal: principalOf(principal, find(entities, principal)),
    request: {
      action,
      resource: tested(resource, find(entities, resource), others),
      context: { record: request.context, entities: context.map(contextEntity) },
    },
    entities: others.filter((entity) => !context.includes(entity) && !isRemits(entity)),
  };
}

function uidOf(what: "principal" | "resource", request: PolicyTest["request"]): EntityUid {
  const uid = parseUid(request[what]);
  if (uid !== undefined) return uid;
  throw new TestFault(`the ${what} must be of the form Type::"id": ${request[what]}`);
}

function principalOf(uid: EntityUid, entity: Entity | undefined): Principal {
  if (entity === undefined) {
    if (uid.type !== AGENT) return uid;
    throw new TestFault(
      `say in its entities what ${uidText(uid)} is: attrs with its autonomy, parents with its groups`,
    );
  }
  const other = entity.parents.find(({ type }) => type !== GROUP);
  if (other !== undefined) throw new TestFault(`the principal is in ${uidText(other)}, which is no ${GROUP}`);
  return { ...uid, attributes: entity.attrs, groups: entity.parents.map(({ id }) => id) };
}

function tested(uid: EntityUid, entity: Entity | undefined, others: readonly Entity[]): Resource {
  const known = resourceOf(uid, entity?.attrs);
  if (known === undefined) throw new TestFault(`a path is absolute and without "..": ${uid.id}`);
  if (known.id !== uid.id) throw new TestFault(`operations ask for ${known.id}, not for ${uid.id}`);
  const further = ancestorsOf(entity, others).filter(
    (above) => !known.ancestors.some((same) => isSame(same, above)),
  );
  return {
    ...known,
    attributes: { ...known.attributes, ...entity?.attrs },
    ancestors: [...known.ancestors, ...further],
  };
}

function ancestorsOf(entity: Entity | undefined, others: readonly Entity[]): readonly EntityUid[] {
  const found = new Map<string, EntityUid>();
  const open = [...(entity?.parents ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(uidText(next))) continue;
    found.set(uidText(next), next);
    open.push(...(find(others, next)?.parents ?? []));
  }
  return [...found.values()];
}

const contextEntity = ({ uid, attrs, tags = {} }: Entity): ContextEntity => ({
  ...uid,
  attributes: attrs,
  tags,
});

const isSame = (a: EntityUid, b: EntityUid): boolean => a.type === b.type && a.id === b.id;
const find = (entities: readonly Entity[], uid: EntityUid): Entity | undefined =>
  entities.find((entity) => isSame(entity.uid, uid));

/** Tests for other tools repeat the actions of the schema, and directories above a path. */
const isRemits = ({ uid }: Entity): boolean => uid.type === DIR || /(?:^|::)Action$/.test(uid.type);
