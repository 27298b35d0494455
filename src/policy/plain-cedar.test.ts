/** What is left out (policies of a slice, entities of a request) and kept (decisions) changes no answer of Cedar. */
import { expect, test } from "bun:test";
import type { EntityJson, EntityUidJson } from "@cedar-policy/cedar-wasm/web";
import fc from "fast-check";
import { withCedar } from "./cedar.ts";
import { Decider } from "./decide.ts";
import { type Entity, loadEntities, unknownAttributes } from "./entities.ts";
import { actionUids } from "./hierarchy.ts";
import { parsePolicySet } from "./index.ts";
import { extendSchema, parsedSchema } from "./schema.ts";
import { type FileAction, fileRequest } from "./testing.ts";
import type { AuthorizationRequest, Decision, EntityUid, Principal } from "./types.ts";

const schema = extendSchema(`
  entity Region;
  entity Site in [Region, Group] { manager: Agent };
  entity Device in [Site] { tier: Long, site: Site } tags Group;`);

const IDS = ["a", "b", "c", "d"];
const id = fc.constantFrom(...IDS);
const group = id.map((name) => ({ type: "Group", id: name }));
const reference = (uid: EntityUid) => ({ __entity: { ...uid } });

/** A group is in groups of later letters only: no circles. */
const groups = fc
  .tuple(...IDS.map((name, index) => fc.tuple(fc.constant(name), fc.subarray(IDS.slice(index + 1)))))
  .map((all) =>
    all.map(
      ([name, above]): Entity => ({
        uid: { type: "Group", id: name },
        attrs: {},
        parents: above.map((each) => ({ type: "Group", id: each })),
      }),
    ),
  );
const principals = fc.tuple(fc.subarray(IDS), fc.subarray(IDS), fc.subarray(IDS)).map((lists) =>
  [
    { type: "Agent", id: "a" },
    { type: "Agent", id: "b" },
    { type: "User", id: "a" },
  ].map(
    (uid, index): Entity => ({
      uid,
      attrs: {},
      parents: (lists[index] ?? []).map((name) => ({ type: "Group", id: name })),
    }),
  ),
);
const sites = fc
  .tuple(id, fc.subarray(IDS), fc.constantFrom("a", "b", "c"))
  .map(([region, above, manager]): readonly Entity[] => [
    { uid: { type: "Region", id: region }, attrs: {}, parents: [] },
    {
      uid: { type: "Site", id: "s" },
      attrs: { manager: reference({ type: "Agent", id: manager }) },
      parents: [{ type: "Region", id: region }, ...above.map((name) => ({ type: "Group", id: name }))],
    },
  ]);
const devices = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), group)
  .map(([tier, isPlaced, tag]): readonly Entity[] => [
    {
      uid: { type: "Device", id: "d" },
      attrs: { tier, site: reference({ type: "Site", id: "s" }) },
      parents: isPlaced ? [{ type: "Site", id: "s" }] : [],
      tags: { owner: reference(tag) },
    },
  ]);
const entities = fc
  .tuple(groups, principals, sites, devices, fc.constantFrom(15, 15, 15, 0, 7, 11, 13, 14))
  .map(([a, b, c, d, some]) => [a, b, c, d].flatMap((all, index) => ((some >> index) & 1 ? all : [])));

const name = id.map((each) => `Group::"${each}"`);
const clause = fc.oneof(
  fc.constantFrom("principal", "principal is Agent", "principal is User", 'principal == Agent::"a"'),
  name.map((uid) => `principal in ${uid}`),
  name.map((uid) => `principal is Agent in ${uid}`),
  id.map((each) => `principal in Group :: "\\u{${each.charCodeAt(0).toString(16)}}"`),
);
const term = fc.oneof(
  name.map((uid) => `principal in ${uid}`),
  fc.tuple(name, name).map(([a, b]) => `principal in [${a}, ${b}]`),
  fc.tuple(name, name).map(([a, b]) => `${a} in ${b}`),
  name.map((uid) => `Device::"d" in ${uid}`),
  name.map((uid) => `Device::"d".site.manager in ${uid}`),
  name.map((uid) => `Device::"d".getTag("owner") in ${uid}`),
  name.map((uid) => `(if principal is Agent then Agent::"b" else User::"a") in ${uid}`),
  fc.tuple(name, name).map(([a, b]) => `{"in": ${a}}["in"] in ${b}`),
  name.map((uid) => `Site::"s" in [${uid}]`),
  id.map((each) => `Device::"d" in Region::"${each}"`),
  fc.integer({ min: 0, max: 3 }).map((tier) => `Device::"d".tier >= ${tier}`),
  // These cannot be evaluated.
  fc.constantFrom('Device::"d".getTag("no") == Group::"a"', 'Device::"no".tier == 1'),
  fc.constantFrom(
    'Device::"d".site.manager == principal',
    'Device::"d" has tier',
    'resource.path like "/a/*"',
    'Agent::"b".autonomy < 1',
    'Agent::"a".autonomy > 1',
  ),
);
const condition = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.constantFrom("when", "unless"), fc.array(term, { minLength: 1, maxLength: 2 }))
    .map(([word, terms]) => ` ${word} { ${terms.join(" && ")} }`),
);
const action = fc.constantFrom<FileAction>("open", "read", "stat");
const actionClause = fc.oneof(
  fc.constant("action"),
  action.map((verb) => `action == file_system::Action::"${verb}"`),
);
const resourceClause = fc.constantFrom(
  "resource",
  'resource in file_system::Dir::"/a"',
  'resource == file_system::File::"/a/b"',
);
const policy = fc
  .tuple(fc.constantFrom("permit", "permit", "forbid"), clause, actionClause, resourceClause, condition)
  .map(([effect, p, a, r, c]) => `${effect}(${p}, ${a}, ${r})${c};`);
const principal = fc.oneof(
  fc.record({
    type: fc.constant("Agent"),
    id: fc.constantFrom("a", "c"),
    attributes: fc.record({ autonomy: fc.integer({ min: 0, max: 2 }) }),
    groups: fc.subarray(IDS),
  }),
  fc.constantFrom({ type: "User", id: "a" }, { type: "User", id: "b" }),
);

const PLAIN = "plain";

/** What Cedar says of all policies and all entities, with its errors as Remit counts them. */
function plain(
  source: string,
  all: readonly Entity[],
  asking: Principal,
  request: AuthorizationRequest,
): Decision {
  const { policies } = parsePolicySet(source);
  const { resource } = request;
  const own: Entity = {
    uid: { type: asking.type, id: asking.id },
    attrs: asking.attributes ?? unknownAttributes(asking.type),
    parents: (asking.groups ?? []).map((each) => ({ type: "Group", id: each })),
  };
  const isOwn = ({ uid }: Entity) => uid.type === asking.type && uid.id === asking.id;
  const given = [
    ...all
      .filter((each) => !isOwn(each))
      .map((each) => ({ ...each, attrs: { ...unknownAttributes(each.uid.type), ...each.attrs } })),
    { ...own, parents: [...own.parents, ...all.filter(isOwn).flatMap(({ parents }) => parents)] },
    {
      uid: { type: resource.type, id: resource.id },
      attrs: resource.attributes,
      parents: resource.ancestors,
    },
  ];
  const staticPolicies = Object.fromEntries(policies.map(({ id: name, text }) => [name, text]));
  withCedar((cedar) => cedar.preparsePolicySet(PLAIN, { staticPolicies }));
  const answer = withCedar((cedar) =>
    cedar.statefulIsAuthorized({
      principal: own.uid as EntityUidJson,
      action: actionUids(request.action).uid,
      resource: { type: resource.type, id: resource.id },
      context: {},
      preparsedSchemaName: parsedSchema(schema),
      validateRequest: true,
      preparsedPolicySetId: PLAIN,
      entities: given as unknown as EntityJson[],
    }),
  );
  if (answer.type === "failure") throw new Error(answer.errors[0]?.message);
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors
    .map(({ policyId, error }) => ({ policy: policyId, message: error.message }))
    .sort((a, b) => (a.policy < b.policy ? -1 : 1));
  const effects = new Map(policies.map(({ id: name, effect }) => [name, effect]));
  const broken = errors.map((error) => error.policy).filter((each) => effects.get(each) === "forbid");
  const isBroken = decision === "allow" && broken.length > 0;
  return {
    allowed: decision === "allow" && !isBroken,
    policies: isBroken ? broken : [...diagnostics.reason].sort(),
    errors,
  };
}

test("random policies, groups and entities, each request twice", () => {
  const seen = { allow: 0, deny: 0, error: 0 };
  fc.assert(
    fc.property(
      fc.tuple(policy, fc.array(policy, { maxLength: 4 }), fc.boolean()),
      entities,
      principal,
      fc.array(fc.tuple(action, fc.constantFrom("/a/b", "/a/c", "/d")), { minLength: 1, maxLength: 3 }),
      ([first, others, isOpen], all, asking, requests) => {
        const open = isOpen ? ["permit(principal, action, resource);"] : [];
        const source = [first, ...others, ...open].join("\n");
        const set = { ...parsePolicySet(source), schema, entities: loadEntities(all, schema) };
        const decider = new Decider(set, asking);
        for (const [verb, path] of [...requests, ...requests]) {
          const request = fileRequest(verb, path);
          const decision = plain(source, all, asking, request);
          seen[decision.errors.length > 0 ? "error" : decision.allowed ? "allow" : "deny"]++;
          expect(decider.decide(request)).toEqual(decision);
        }
      },
    ),
    { numRuns: 500 },
  );
  // Each kind of answer is compared often.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
}, 60_000);
