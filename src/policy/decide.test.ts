import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { discardCedar, withCedar } from "./cedar.ts";
import { Decider } from "./decide.ts";
import { parsePolicySet } from "./index.ts";
import { allows, decide, type FileAction, fileRequest, OPEN, root } from "./testing.ts";
import type { AuthorizationRequest } from "./types.ts";

describe("decisions", () => {
  test("nothing is allowed that no policy permits", () => {
    expect(decide("", fileRequest("open", "/a"))).toEqual({ allowed: false, policies: [], errors: [] });
  });
  test("a permit allows, and is named", () => {
    const policy = `@id("readers") permit(principal, action == ${OPEN}, resource);`;
    expect(decide(policy, fileRequest("open", "/a"))).toEqual({
      allowed: true,
      policies: ["readers"],
      errors: [],
    });
    expect(allows(policy, fileRequest("read", "/a"))).toBe(false);
  });
  test("a forbid wins, and is named", () => {
    const policy = `permit(principal, action, resource);
      @id("no logs") forbid(principal, action, resource in file_system::Dir::"/log");`;
    expect(decide(policy, fileRequest("open", "/log/a/b"))).toMatchObject({
      allowed: false,
      policies: ["no logs"],
    });
    expect(allows(policy, fileRequest("open", "/log-old/a"))).toBe(true);
  });
  test("a directory contains what is below it, at any depth, and itself", () => {
    const policy = 'permit(principal, action, resource in file_system::Dir::"/a");';
    expect(allows(policy, fileRequest("open", "/a/b/c/d"))).toBe(true);
    expect(allows(policy, fileRequest("open", "/a", "file_system::Dir"))).toBe(true);
    expect(allows(policy, fileRequest("open", "/b/a"))).toBe(false);
  });
  test("action groups have their members", () => {
    const policy = 'permit(principal, action in file_system::Action::"SafeIO", resource);';
    expect(allows(policy, fileRequest("read", "/a"))).toBe(true);
    expect(allows(policy.replace("SafeIO", "read"), fileRequest("write", "/a"))).toBe(false);
  });
  test("another principal is not permitted", () => {
    const policy = 'permit(principal == User::"alice", action, resource);';
    expect(allows(policy, fileRequest("open", "/a"))).toBe(false);
    expect(decide(policy, fileRequest("open", "/a"), { type: "User", id: "alice" }).allowed).toBe(true);
  });
  test("a forbid that cannot be evaluated denies", () => {
    const policy = `permit(principal, action, resource);
      @id("broken") forbid(principal, action, resource) when { resource.nothing == 1 };`;
    const decision = decide(policy, fileRequest("open", "/a"));
    expect(decision).toMatchObject({ allowed: false, policies: ["broken"] });
    expect(decision.errors.map(({ policy }) => policy)).toEqual(["broken"]);
  });
  test("a permit that cannot be evaluated permits nothing, and others do", () => {
    const broken = "permit(principal, action, resource) when { resource.nothing == 1 };";
    expect(allows(broken, fileRequest("open", "/a"))).toBe(false);
    expect(allows(`${broken} permit(principal, action, resource);`, fileRequest("open", "/a"))).toBe(true);
  });
  test("a request that the schema does not have is a failure, not an allow", () => {
    const policy = "permit(principal, action, resource);";
    expect(allows(policy, fileRequest("write", "/a"))).toBe(true);
    const decision = decide(policy, fileRequest("write", "/a", "file_system::Dir"));
    expect(decision.allowed).toBe(false);
    expect(decision.failure).toContain("file_system::Dir");
  });
  test("conditions see the resource", () => {
    const policy = 'permit(principal, action, resource) when { resource.path like "/a/*.txt" };';
    expect(allows(policy, fileRequest("open", "/a/b.txt"))).toBe(true);
    expect(allows(policy, fileRequest("open", "/a/b.md"))).toBe(false);
  });
  test("conditions see the context and its entities", () => {
    const policy = 'permit(principal, action, resource) when { context.arguments.getTag("-n") == "5" };';
    const execute = (tags: Record<string, string>): AuthorizationRequest => ({
      action: "file_system.execute",
      resource: fileRequest("open", "/bin/x").resource,
      context: {
        record: {
          arguments: { __entity: { type: "file_system::Arguments", id: "a" } },
          environment: { __entity: { type: "file_system::Environment", id: "e" } },
          user: { username: "root", uid: 0 },
          group: { groupname: "root", gid: 0 },
        },
        entities: [
          {
            type: "file_system::Arguments",
            id: "a",
            attributes: { keys: ["-n"], flags: [], positional_values: [] },
            tags,
          },
          { type: "file_system::Environment", id: "e", attributes: { names: [] }, tags: {} },
        ],
      },
    });
    expect(allows(policy, execute({ "-n": "5" }))).toBe(true);
    expect(allows(policy, execute({ "-n": "6" }))).toBe(false);
    expect(decide(policy, execute({})).errors).toHaveLength(1);
  });
  test("decisions survive the loss of the engine", () => {
    const decider = new Decider(parsePolicySet("permit(principal, action, resource);"), root);
    expect(decider.decide(fileRequest("open", "/a")).allowed).toBe(true);
    expect(() => withCedar(() => decider.decide(fileRequest("open", "/a")) && raise())).toThrow("trap");
    expect(decider.decide(fileRequest("read", "/a")).allowed).toBe(true);
    discardCedar();
    expect(decider.decide(fileRequest("stat", "/a")).allowed).toBe(true);
  });
});

const raise = (): never => {
  throw new Error("trap");
};

test("more slices than Cedar keeps are decided all the same", () => {
  const names = Array.from({ length: 80 }, (_, index) => `/d${index}`);
  const policy = names
    .map((name) => `permit(principal, action, resource in file_system::Dir::"${name}");`)
    .join("\n");
  const decider = new Decider(parsePolicySet(policy), root);
  for (let round = 0; round < 2; round++) {
    for (const name of names) {
      expect(decider.decide(fileRequest("open", `${name}/x${round}`)).allowed).toBe(true);
      expect(decider.decide(fileRequest("open", `${name}x/${round}`)).allowed).toBe(false);
    }
  }
});

describe("a sliced decision is the decision of the whole set", () => {
  const path = fc
    .array(fc.constantFrom("a", "b", "log"), { minLength: 1, maxLength: 3 })
    .map((parts) => `/${parts.join("/")}`);
  const type = fc.constantFrom("file_system::File", "file_system::Dir");
  const action = fc.constantFrom<FileAction>("open", "read", "stat", "delete");
  const resourceClause = fc.oneof(
    fc.constant("resource"),
    path.map((id) => `resource in file_system::Dir::"${id}"`),
    fc.tuple(type, path).map(([name, id]) => `resource == ${name}::"${id}"`),
    type.map((name) => `resource is ${name}`),
    fc.tuple(type, path).map(([name, id]) => `resource is ${name} in file_system::Dir::"${id}"`),
    path.map(
      (id) => `resource in file_system :: Dir :: "\\u{2f}${id.slice(1)}" // odd, but known to Cedar\n`,
    ),
  );
  const actionClause = fc.oneof(
    fc.constant("action"),
    action.map((name) => `action == file_system::Action::"${name}"`),
    fc
      .array(action, { minLength: 1, maxLength: 3 })
      .map((names) => `action in [${names.map((name) => `file_system::Action::"${name}"`).join(", ")}]`),
    fc.constant('action in file_system::Action::"SafeIO"'),
  );
  const principalClause = fc.constantFrom(
    "principal",
    'principal == User::"root"',
    'principal == User::"bob"',
    "principal is User",
    "principal is Agent",
  );
  const condition = fc.constantFrom(
    "",
    "",
    ' when { resource.path like "/a/*" }',
    " unless { resource.nothing == 1 }",
    " when { false }",
  );
  const policy = fc
    .tuple(
      fc.constantFrom("permit", "permit", "forbid"),
      principalClause,
      actionClause,
      resourceClause,
      condition,
    )
    .map(([effect, p, a, r, c]) => `${effect}(${p}, ${a}, ${r})${c};`);

  test("for random policies and requests", () => {
    fc.assert(
      fc.property(
        fc.array(policy, { maxLength: 8 }),
        fc.array(fc.tuple(action, path, type), { minLength: 1, maxLength: 6 }),
        (policies, requests) => {
          const set = parsePolicySet(policies.join("\n"));
          const sliced = new Decider(set, root);
          const unsliced = new Decider(
            { ...set, policies: set.policies.map((each) => ({ ...each, scope: undefined })) },
            root,
          );
          for (const [name, where, kind] of requests) {
            const request = fileRequest(name, where, kind);
            expect(sliced.decide(request)).toEqual(unsliced.decide(request));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("a forbid is not lost to a policy that has the id made for it", () => {
  const all = "permit(principal, action, resource);";
  const forbid = 'forbid(principal, action, resource == file_system::File::"/a");';
  for (const order of [
    ["a", "a", "a#2"],
    ["a#2", "a", "a"],
    ["a", "a", "a#2", "a#2", "a"],
  ]) {
    for (const place of order.keys()) {
      const policy = order.map((id, index) => `@id("${id}") ${index === place ? forbid : all}`).join("\n");
      expect([policy, allows(policy, fileRequest("open", "/a"))]).toEqual([policy, false]);
      expect(allows(policy, fileRequest("open", "/b"))).toBe(true);
      const ids = parsePolicySet(policy).policies.map(({ id }) => id);
      expect(new Set(ids).size).toBe(order.length);
    }
  }
});
