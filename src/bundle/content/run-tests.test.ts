import { describe, expect, test } from "bun:test";
import { readContent } from "./content.ts";
import { policiesOf } from "./policies.ts";
import { nameOf, runTests } from "./run-tests.ts";
import { bundleFiles, READ, readTest } from "./testing.ts";

const agent = (autonomy: number, groups: readonly string[] = []) => ({
  uid: { type: "Agent", id: "a" },
  attrs: { autonomy },
  parents: groups.map((id) => ({ type: "Group", id })),
});
const BY_AGENT = { principal: 'Agent::"a"' };

/** Faults of the one test. */
const faults = (policy: string, policyTest: object, texts: object = {}) => {
  const files = bundleFiles({ "policies/read.cedar": policy, "tests/t.json": [policyTest], ...texts });
  const content = readContent(files);
  return runTests(content, policiesOf(content))[0]?.faults;
};
const request = (more: object) => ({ request: { ...readTest("/a", "allow").request, ...more } });

describe("a policy test passes", () => {
  test.each<[string, string, object]>([
    ["for what is allowed", READ, readTest("/a", "allow")],
    ["for what nothing permits", "", readTest("/a", "deny")],
    [
      "with each reason among those that are",
      `${READ} ${READ.replace('"read"', '"too"')}`,
      readTest("/a", "allow", { reason: ["too"] }),
    ],
    [
      "with errors of a permit",
      READ.replace(";", " when { resource.size > 1 };"),
      readTest("/a", "deny", { num_errors: 1 }),
    ],
    [
      "with an error of a forbid, which denies and is the reason",
      `${READ} @id("no") forbid(principal, action, resource) when { resource.size > 1 };`,
      readTest("/a", "deny", { num_errors: 1, reason: ["no"] }),
    ],
    [
      "in the directories of a path, without a word about them",
      READ.replace(", resource)", ', resource in file_system::Dir::"/a")').replace(
        ";",
        ' when { resource.path like "/a/b/*" };',
      ),
      readTest("/a/b/c", "allow"),
    ],
    [
      "with what Cedar's own tool needs: the resource, its directories, the action",
      READ.replace(", resource)", ', resource in file_system::Dir::"/a")'),
      readTest("/a/b", "allow", {
        entities: [
          {
            uid: { type: "file_system::File", id: "/a/b" },
            attrs: { path: "/a/b" },
            parents: [{ type: "file_system::Dir", id: "/a" }],
          },
          { uid: { type: "file_system::Dir", id: "/a" }, attrs: { path: "/a" }, parents: [] },
          { uid: { type: "file_system::Action", id: "read" }, attrs: {}, parents: [] },
        ],
      }),
    ],
    [
      "for an agent of a level",
      READ.replace(";", " when { principal.autonomy == 2 };"),
      readTest("/a", "allow", { ...request(BY_AGENT), entities: [agent(2)] }),
    ],
    [
      "for an agent in groups of its token",
      READ.replace("principal,", 'principal in Group::"g",'),
      readTest("/a", "allow", { ...request(BY_AGENT), entities: [agent(2, ["g"])] }),
    ],
    [
      "with a hierarchy of groups of its own",
      READ.replace("principal,", 'principal in Group::"h",'),
      readTest("/a", "allow", {
        ...request(BY_AGENT),
        entities: [
          agent(2, ["g"]),
          { uid: { type: "Group", id: "g" }, attrs: {}, parents: [{ type: "Group", id: "h" }] },
        ],
      }),
    ],
    [
      "for a process with its attributes",
      'permit(principal, action, resource is process_system::Process) when { resource.username == "x" && resource.pid == "7" };',
      readTest("/a", "allow", {
        ...request({ action: 'process_system::Action::"kill"', resource: 'process_system::Process::"7"' }),
        entities: [
          {
            uid: { type: "process_system::Process", id: "7" },
            attrs: { name: "n", username: "x", command: "c" },
            parents: [],
          },
        ],
      }),
    ],
    [
      "with a context and what it refers to",
      'permit(principal, action, resource) when { context.arguments.getTag("-n") == "5" };',
      readTest("/a", "allow", {
        ...request({
          action: "file_system.execute",
          context: {
            arguments: { __entity: { type: "file_system::Arguments", id: "a" } },
            environment: { __entity: { type: "file_system::Environment", id: "e" } },
            user: { username: "root", uid: 0 },
            group: { groupname: "root", gid: 0 },
          },
        }),
        entities: [
          {
            uid: { type: "file_system::Arguments", id: "a" },
            attrs: { keys: ["-n"], flags: [], positional_values: [] },
            parents: [],
            tags: { "-n": "5" },
          },
          { uid: { type: "file_system::Environment", id: "e" }, attrs: { names: [] }, parents: [], tags: {} },
        ],
      }),
    ],
    [
      "of an id with escapes",
      READ.replace(", resource)", String.raw`, resource == file_system::File::"/a\"b")`),
      readTest(String.raw`/a\"b`, "allow"),
    ],
  ])("%s", (_, policy, policyTest) => {
    expect(faults(policy, policyTest)).toEqual([]);
    // Its twin fails.
    const { decision } = policyTest as { decision: string };
    const other = { ...policyTest, decision: decision === "allow" ? "deny" : "allow" };
    expect(faults(policy, other)?.[0]).toStartWith("expected ");
  });

  test("with groups of the bundle", () => {
    const entities = [{ uid: { type: "Agent", id: "a" }, attrs: {}, parents: [{ type: "Group", id: "g" }] }];
    const policy = READ.replace("principal,", 'principal in Group::"g",');
    const policyTest = readTest("/a", "allow", { ...request(BY_AGENT), entities: [agent(2)] });
    expect(faults(policy, policyTest, { "entities/a.json": entities })).toEqual([]);
    expect(faults(policy, policyTest)?.[0]).toStartWith("expected allow, but it is deny");
  });
});

describe("a policy test fails", () => {
  test.each<[string, object, string]>([
    [
      "with another decision, and why it is so",
      readTest("/a", "deny"),
      'expected deny, but it is allow\nallowed: file_system.read on file_system::File::"/a"\n  permitted by read',
    ],
    [
      "with a reason that is none",
      readTest("/a", "allow", { reason: ["read", "other"] }),
      "other should determine it, but read does",
    ],
    [
      "with another number of errors",
      readTest("/a", "allow", { num_errors: 2 }),
      "expected 2 policies that cannot be evaluated, but there are 0",
    ],
    [
      "for an unknown action",
      readTest("/a", "allow", request({ action: 'file_system::Action::"raed"' })),
      'there is no action file_system::Action::"raed"',
    ],
    [
      "for no uid",
      readTest("/a", "allow", request({ resource: "/a" })),
      'the resource must be of the form Type::"id": /a',
    ],
    [
      "for an agent of which it says nothing",
      readTest("/a", "allow", request(BY_AGENT)),
      'say in its entities what Agent::"a" is',
    ],
    [
      "for a path that no operation asks for",
      readTest("/a/../b", "deny"),
      'a path is absolute and without ".."',
    ],
    [
      "for a path as operations do not write it",
      readTest("/a//b/", "deny"),
      "operations ask for /a/b, not for /a//b/",
    ],
    [
      "for a resource that the action does not have",
      readTest("/a", "deny", request({ resource: 'systemd::Service::"a"' })),
      "the request does not fit the schema",
    ],
    [
      "for a process without attributes",
      readTest(
        "/a",
        "deny",
        request({ action: "process_system.kill", resource: 'process_system::Process::"7"' }),
      ),
      "the request does not fit the schema",
    ],
    [
      "with a file beside the resource",
      readTest("/a", "allow", {
        entities: [{ uid: { type: "file_system::File", id: "/b" }, attrs: { path: "/c" }, parents: [] }],
      }),
      "is of no type that may be given",
    ],
    [
      "with an entity of the bundle once more",
      readTest("/a", "allow", { entities: [{ uid: { type: "Group", id: "g" }, attrs: {}, parents: [] }] }),
      'the entity Group::"g" is there twice',
    ],
    [
      "with a principal in something else than groups",
      readTest("/a", "allow", {
        ...request(BY_AGENT),
        entities: [{ ...agent(1), parents: [{ type: "User", id: "u" }] }],
      }),
      'is in User::"u", which is no Group',
    ],
  ])("%s", (_, policyTest, message) => {
    const entities = { "entities/g.json": [{ uid: { type: "Group", id: "g" }, attrs: {}, parents: [] }] };
    expect(faults(READ, policyTest, entities)?.join("\n")).toContain(message);
  });
});

test("tests of many principals are each decided for their own", () => {
  const policy = READ.replace("principal,", 'principal == User::"u7",');
  const tests = Array.from({ length: 80 }, (_, index) => ({
    ...readTest("/a", index % 40 === 7 ? "allow" : "deny"),
    ...request({ principal: `User::"u${index % 40}"` }),
  }));
  const content = readContent(bundleFiles({ "policies/read.cedar": policy, "tests/t.json": tests }));
  const results = runTests(content, policiesOf(content));
  expect(results.flatMap(({ faults }) => faults)).toEqual([]);
  expect(results.map(({ test: each }) => nameOf(each))[79]).toBe("test 80");
});
