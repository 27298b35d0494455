import { describe, expect, test } from "bun:test";
import { Decider } from "./decide.ts";
import { PolicyError, parsePolicyFiles, validate } from "./index.ts";
import { fileRequest, root } from "./testing.ts";

const ALL = "permit(principal, action, resource);";
const parse = (files: { readonly [name: string]: string }) =>
  parsePolicyFiles(Object.entries(files).map(([name, text]) => ({ name, text })));
const refusal = (files: { readonly [name: string]: string }): string => {
  try {
    parse(files);
  } catch (error) {
    if (error instanceof PolicyError) return `${error.code} ${error.located}`;
    throw error;
  }
  return "";
};

describe("policies of several files", () => {
  test("are one set, each called by its id, or after its file and number", () => {
    const set = parse({ "policies/a.cedar": `@id("x") ${ALL} ${ALL}`, "policies/b.c.cedar": ALL });
    expect(set.policies.map(({ id }) => id)).toEqual(["x", "a.policy1", "b.c.policy0"]);
    expect(new Decider(set, root).decide(fileRequest("open", "/a")).policies).toEqual([
      "a.policy1",
      "b.c.policy0",
      "x",
    ]);
    expect(parse({}).policies).toEqual([]);
  });

  test("keep their id when another file comes", () => {
    const [before, after] = [{ "b.cedar": ALL }, { "a.cedar": ALL, "b.cedar": ALL }].map(
      (files) => parse(files).policies.at(-1)?.id,
    );
    expect([before, after]).toEqual(["b.policy0", "b.policy0"]);
  });

  test.each([
    [
      "one id in two files",
      { "a.cedar": `\n@id("x") ${ALL}`, "b.cedar": `// b\n\n  @id("x") ${ALL}` },
      'policy_invalid b.cedar: line 3, column 3: the policy at a.cedar:2 has the id "x", too; give it another @id',
    ],
    [
      "one id in one file",
      { "a.cedar": `@id("x") ${ALL}\n@id("x") ${ALL}` },
      'policy_invalid a.cedar: line 2, column 1: the policy at a.cedar:1 has the id "x", too',
    ],
    [
      "ids that differ in case",
      { "a.cedar": `@id("Restart") ${ALL}`, "b.cedar": `@id("restart") ${ALL}` },
      'the policy at a.cedar:1 has the id "restart", which differs from Restart in case only, too',
    ],
    [
      "an id that another file makes",
      { "a.cedar": ALL, "b.cedar": `@id("a.policy0") ${ALL}` },
      'the policy at a.cedar:1 has the id "a.policy0"',
    ],
    [
      "files of one name in two folders",
      { "x/a.cedar": ALL, "y/a.cedar": ALL },
      'the policy at x/a.cedar:1 has the id "a.policy0"',
    ],
    [
      "a template",
      { "a.cedar": `${ALL}\npermit(principal == ?principal, action, resource);` },
      "policy_invalid a.cedar: line 2, column 1: a template has no effect",
    ],
    [
      "what does not parse",
      { "a.cedar": ALL, "b.cedar": "permit(principal,\n  action resource);" },
      "policy_syntax b.cedar: line 2, column 10: unexpected token `resource`",
    ],
    [
      "a bomb",
      { "a.cedar": `permit(principal, action, resource) when { ${"(".repeat(500)}true };` },
      "policy_too_deep a.cedar: line 1, column",
    ],
  ])("%s: refused, with its place", (_, files, message) => {
    expect(refusal(files)).toContain(message);
  });

  test("findings of validation have the file and its line", () => {
    const wrong = '@id("b") permit(principal, action == file_system::Action::"opne", resource);';
    const [found] = validate(parse({ "a.cedar": ALL, "b.cedar": `\n${ALL}\n${wrong}` }));
    expect(found).toMatchObject({ file: "b.cedar", policy: "b", position: { line: 3, column: 38 } });
  });

  test("policies of the same text are told apart", () => {
    const wrong = 'permit(principal, action == file_system::Action::"opne", resource);';
    const found = validate(parse({ "a.cedar": `${wrong}\n${wrong}` }));
    const errors = found.filter(({ severity }) => severity === "error");
    expect(errors.map(({ position }) => position?.line)).toEqual([1, 2]);
  });
});
