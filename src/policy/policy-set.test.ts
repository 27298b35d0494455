import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PolicyError, parsePolicySet, parseStrictly, validate } from "./index.ts";
import { allows, fileRequest } from "./testing.ts";

const codeOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error instanceof PolicyError ? [error.code, error.position] : error;
  }
  return undefined;
};

describe("loading", () => {
  test("a text that does not parse says where", () => {
    expect(codeOf(() => parsePolicySet("permit(principal, action, resource)\nwhen { foo };"))).toEqual([
      "policy_syntax",
      { line: 2, column: 8 },
    ]);
    expect(codeOf(() => parsePolicySet("// ü\npermit(principal, action, resourc);"))).toEqual([
      "policy_syntax",
      { line: 2, column: 27 },
    ]);
    expect(codeOf(() => parsePolicySet("permit(principal, action, resource)"))).toMatchObject([
      "policy_syntax",
      {},
    ]);
  });
  for (const depth of [65, 150, 100_000]) {
    test(`${depth} nested parentheses are refused, and the engine goes on`, () => {
      const policy = `permit(principal, action, resource) when { ${"(".repeat(depth)}true${")".repeat(depth)} };`;
      expect(codeOf(() => parsePolicySet(policy))).toMatchObject(["policy_too_deep", { line: 1 }]);
      expect(allows("permit(principal, action, resource);", fileRequest("open", "/a"))).toBe(true);
    });
  }
  test("sixty nested parentheses are not", () => {
    const policy = `permit(principal, action, resource) when { ${"(".repeat(60)}true${")".repeat(60)} };`;
    expect(allows(policy, fileRequest("open", "/a"))).toBe(true);
  });
  test("brackets in strings and comments do not count", () => {
    const policy = `permit(principal, action, resource) // ${"(".repeat(100)}
      unless { resource.path == "${"[".repeat(100)}\\"" };`;
    expect(allows(policy, fileRequest("open", "/a"))).toBe(true);
  });
  test("a text that is too large is refused", () => {
    expect(codeOf(() => parsePolicySet(`// ${"x".repeat(1024 * 1024)}`))).toEqual([
      "policy_too_large",
      undefined,
    ]);
  });
  test("templates are inert", () => {
    const template = "permit(principal == ?principal, action, resource);";
    expect(allows(template, fileRequest("open", "/a"))).toBe(false);
    const beside = `${template}\npermit(principal, action, resource);`;
    expect(allows(beside, fileRequest("open", "/a"))).toBe(true);
    expect(validate(parsePolicySet(beside))).toEqual([
      {
        severity: "error",
        message: "a template has no effect; write a policy",
        position: { line: 1, column: 1 },
      },
    ]);
  });
  test("policies without an id are numbered as Cedar numbers them", () => {
    const set = parsePolicySet(
      '@id("x") permit(principal, action, resource); forbid(principal, action, resource); ;'.replace(
        " ;",
        "",
      ),
    );
    expect(set.policies.map(({ id }) => id)).toEqual(["x", "policy1"]);
  });
  test("ids that are not unique are told apart", () => {
    const source = '@id("x") permit(principal, action, resource);'.repeat(3);
    const set = parsePolicySet(source);
    expect(set.policies.map(({ id }) => id)).toEqual(["x", "x#2", "x#3"]);
    expect(set.duplicates).toEqual(["x"]);
    expect(codeOf(() => parseStrictly(source))).toEqual(["policy_invalid", undefined]);
  });
  test("text that is no policy never gets past both readers", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          for (const { text: each } of parsePolicySet(text).policies) expect(text).toContain(each);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
        }
      }),
    );
  });
});

describe("strict validation", () => {
  test("finds names that the schema does not have, with their place", () => {
    const policy = '\npermit(principal, action == file_system::Action::"opne", resource);';
    const [found] = validate(parsePolicySet(policy));
    expect(found).toMatchObject({ severity: "error", policy: "policy0", position: { line: 2 } });
    expect(found?.message).toContain("opne");
    expect(codeOf(() => parseStrictly(policy))).toMatchObject(["policy_invalid", { line: 2 }]);
  });
  test("finds attributes that the schema does not have", () => {
    const policy = "permit(principal, action, resource is file_system::Dir) when { resource.size > 1 };";
    expect(validate(parsePolicySet(policy))[0]?.message).toContain("size");
  });
  test("takes what is right", () => {
    const policy = 'permit(principal is Agent, action, resource in file_system::Dir::"/a");';
    expect(validate(parseStrictly(policy))).toEqual([]);
  });
});

test("an action that is mistyped is told by its nearest names", () => {
  const source = 'permit(principal, action == file_system::Action::"opne", resource);';
  expect(() => parseStrictly(source)).toThrow("did you mean 'file_system::Action::\"open\"'");
});
