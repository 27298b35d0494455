import { describe, expect, test } from "bun:test";
import { writeArchive } from "../bundle/archive/index.ts";
import { bundleFiles, METADATA } from "../bundle/content/testing.ts";
import { BundleError } from "../bundle/errors.ts";
import {
  type AuthorizationRequest,
  createAccess,
  type Decision,
  PolicyError,
  type Principal,
} from "../policy/index.ts";
import { fileRequest } from "../policy/testing.ts";
import { bundleSource, type PolicySource, policySource } from "./active-policy.ts";
import { ownPolicies } from "./own-policies.ts";
import { checkedPolicyInUse, type PolicyInUse, policyInUse } from "./policy-in-use.ts";
import { Preparation } from "./preparation.ts";

const OWN = ownPolicies(
  '@id("remit:state") forbid(principal, action, resource in file_system::Dir::"/state");',
);
const READ = 'file_system::Action::"read"';
const READERS = `@id("readers") permit(principal in Group::"readers", action == ${READ}, resource in file_system::Dir::"/notes")
  when { fleet::Site::"this".open };`;
const RESTART = '@id("restart") permit(principal, action == systemd::Action::"restart", resource);';
const STATE = `@id("state") permit(principal, action == ${READ}, resource in file_system::Dir::"/state");`;

const site = (open: unknown) => ({ uid: { type: "fleet::Site", id: "this" }, attrs: { open }, parents: [] });
const member = (id: string) => ({
  uid: { type: "Agent", id },
  attrs: {},
  parents: [{ type: "Group", id: "readers" }],
});
const FLEET = {
  "metadata.json": { ...METADATA, revision: "git:fleet" },
  "schema.cedarschema": "namespace fleet { entity Site { open: Bool }; }",
  "policies/read.cedar": READERS,
  "policies/restart.cedar": RESTART,
  "policies/state.cedar": STATE,
  "entities/all.json": [site(true), member("alice")],
  "scripts/add.rhai": "a + b",
  "limits.json": { timeout_ms: 1500, queue: 0 },
};
const bundle = (texts: object): PolicySource => bundleSource(writeArchive(bundleFiles({ ...texts })));

/** In one go, as a checked bundle is taken. */
const checked = (source: PolicySource): PolicyInUse =>
  new Preparation(source.sha256, checkedPolicyInUse(source, OWN)).finish();
const WAYS = { unchecked: (source: PolicySource) => policyInUse(source, OWN), checked };

const agent = (id: string, autonomy: number): Principal => ({
  type: "Agent",
  id,
  attributes: { autonomy },
  groups: [],
});
const PRINCIPALS = [agent("alice", 4), agent("alice", 3), agent("bob", 4), { type: "User", id: "root" }];
const REQUESTS: readonly AuthorizationRequest[] = [
  fileRequest("read", "/notes/a"),
  fileRequest("write", "/notes/a"),
  fileRequest("read", "/state/token"),
  {
    action: "systemd.restart",
    resource: { type: "systemd::Service", id: "a.service", attributes: { name: "a.service" }, ancestors: [] },
  },
];

function decisions({ set }: PolicyInUse): readonly Decision[] {
  const made: Decision[] = [];
  for (const principal of PRINCIPALS) {
    const access = createAccess(set, principal, { onDecision: (_, decision) => made.push(decision) });
    for (const request of REQUESTS) access.permit(request);
  }
  return made;
}
const allowed = (policy: PolicyInUse): string =>
  decisions(policy)
    .map((decision) => (decision.allowed ? "+" : "-"))
    .join("");

/** What is thrown, by its class, code and place. */
function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BundleError || error instanceof PolicyError)
      return `${error.name} ${error.code} ${error.located}`;
    throw error;
  }
  return "";
}

describe("a policy file", () => {
  const text = `${READERS.replace(/\s+when.*/, ";")}\n${RESTART}`;
  for (const [way, take] of Object.entries(WAYS)) {
    test(`decides, beside what holds on every host (${way})`, () => {
      const source = policySource(text);
      const made = take(source);
      expect(made).toMatchObject({ revision: source.revision, limits: {} });
      expect([made.scripts.size, made.accesses.size]).toEqual([0, 0]);
      expect(made.set.policies.map(({ id }) => id)).toEqual([
        "readers",
        "restart",
        ...OWN.map(({ id }) => id),
      ]);
      expect(allowed(made)).toBe("---+-------+---+");
    });

    test(`that is wrong is none (${way})`, () => {
      expect(refusalOf(() => take(policySource(`${text} permit(`)))).toStartWith("PolicyError policy_syntax");
    });

    test(`has no ids of our own (${way})`, () => {
      const reserved = policySource(`${text}\n${STATE.replace("state", "remit:state")}`);
      expect(refusalOf(() => take(reserved))).toContain(
        "ids that begin with remit: are reserved: remit:state",
      );
    });
  }
});

describe("a bundle", () => {
  test("decides the same, whether it is checked or was", () => {
    const source = bundle(FLEET);
    const [before, after] = [policyInUse(source, OWN), checked(source)];
    // Alice reads notes, whatever her level; who may act by themselves restart; nobody reads the state.
    expect(allowed(after)).toBe("+--++------+---+");
    expect(decisions(after)).toEqual([...decisions(before)]);
    const closed = bundle({ ...FLEET, "entities/all.json": [site(false), member("alice")] });
    expect(allowed(checked(closed))).toBe("---+-------+---+");
  });

  test.each([
    [
      "with all that there can be",
      FLEET,
      { revision: "git:fleet", limits: { timeout_ms: 1500, queue: 0 } },
      "add=a + b",
    ],
    ["with the least", {}, { revision: METADATA.revision, limits: {} }, ""],
    [
      "without policies",
      { "policies/read.cedar": undefined },
      { revision: METADATA.revision, limits: {} },
      "",
    ],
  ])("%s has the same name, limits, scripts and policies, too", (_, texts, expected, scripts) => {
    const source = bundle(texts);
    for (const take of Object.values(WAYS)) {
      const made = take(source);
      expect(made).toMatchObject(expected);
      expect(Object.keys(made.limits)).toEqual(Object.keys(expected.limits));
      expect([...made.scripts].map(([name, { text }]) => `${name}=${text}`).join()).toBe(scripts);
      expect(made.accesses.size).toBe(0);
    }
    expect(checked(source).set.policies).toEqual([...policyInUse(source, OWN).set.policies]);
    expect(decisions(checked(source))).toEqual([...decisions(policyInUse(source, OWN))]);
  });

  test.each([
    ["a policy", { "policies/restart.cedar": "permit(principal," }, "policy_syntax policies/restart.cedar:1"],
    ["an id", { "policies/b.cedar": RESTART }, "policy_invalid policies/restart.cedar:1"],
    [
      "a template",
      { "policies/b.cedar": "permit(principal == ?principal, action, resource);" },
      "policy_invalid policies/b.cedar:1",
    ],
    ["an entity", { "entities/all.json": [site("yes")] }, "entities_invalid entities/all.json"],
    ["the schema", { "schema.cedarschema": "entity" }, "schema_invalid schema.cedarschema:1"],
  ])("of which %s is wrong is none", (_, wrong, refusal) => {
    expect(refusalOf(() => policyInUse(bundle({ ...FLEET, ...wrong }), OWN))).toStartWith(
      `BundleError ${refusal}`,
    );
    expect(refusalOf(() => policyInUse(bundle(FLEET), OWN))).toBe("");
  });

  test.each(Object.entries(WAYS))("has no ids of our own (%s)", (_, take) => {
    const texts = { ...FLEET, "policies/state.cedar": `\n${STATE.replace("state", "remit:state")}` };
    expect(refusalOf(() => take(bundle(texts)))).toBe(
      "PolicyError policy_invalid policies/state.cedar: line 2, column 1: ids that begin with remit: are reserved: remit:state",
    );
    const near = { ...FLEET, "policies/state.cedar": STATE.replace("state", "remit-state") };
    expect(refusalOf(() => take(bundle(near)))).toBe("");
  });

  test.each([0, 1, 2, 5])(
    "of %p policy files is taken in as many steps: a job can go first after each",
    (count) => {
      const files = Array.from({ length: count }, (_, index) => [
        `policies/p${index}.cedar`,
        RESTART.replace("restart", `p${index}`),
      ]);
      const source = bundle({ "policies/read.cedar": undefined, ...Object.fromEntries(files) });
      expect([...checkedPolicyInUse(source, OWN)]).toHaveLength(count);
    },
  );
});
