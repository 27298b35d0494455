import { describe, expect, test } from "bun:test";
import { discardCedar } from "./cedar.ts";
import { Decider } from "./decide.ts";
import { loadEntities } from "./entities.ts";
import { PolicyError, parsePolicySet, validate } from "./index.ts";
import { extendSchema, parsedSchema } from "./schema.ts";
import { fileRequest, root } from "./testing.ts";

const factsOf = (extension: string) => extendSchema(extension).facts;

const refusal = (extension: string): string => {
  try {
    extendSchema(extension);
  } catch (error) {
    if (error instanceof PolicyError) return `${error.code} ${error.located}`;
    throw error;
  }
  return "";
};

describe("an extension of the schema", () => {
  test("adds types, also in namespaces of its own", () => {
    const { types } = factsOf(`
      entity Device in [Group] { site: fleet::Site, tier: Long } tags String;
      namespace fleet { type Name = String; entity Site { name: Name }; entity Mode enum ["on", "off"]; }`);
    expect([...types].sort()).toEqual(["Device", "fleet::Mode", "fleet::Site"]);
    expect(factsOf("// nothing").types.size).toBe(0);
  });

  test("is read once, and anew when it is another one", () => {
    const text = "entity Device;";
    const first = extendSchema(text);
    expect(extendSchema(text)).toBe(first);
    expect([...factsOf("entity Till;").types]).toEqual(["Till"]);
    discardCedar();
    expect([...factsOf(text).types]).toEqual(["Device"]);
    expect(() => extendSchema("entity User;")).toThrow(PolicyError);
    expect(() => extendSchema("entity User;")).toThrow(PolicyError);
  });

  test.each([
    [
      "a type of Remit once more",
      "entity User;",
      "schema_invalid line 1, column 8: `User` is declared twice",
    ],
    ["more in a namespace of Remit", "namespace file_system { entity X; }", "duplicate namespace"],
    ["a namespace in one of Remit's", "namespace file_system::x { entity X; }", "in one of Remit's own"],
    ["what a primitive type is", "entity String;", "it changes what file_system::"],
    ["a primitive type as a name", "type Long = String;", "line 1, column 6: this uses a reserved"],
    ["a name of Remit as another kind", "type User = Long;", "it declares User, which is one of Remit's"],
    [
      "an action",
      'namespace x { entity X; action "a" appliesTo { principal: [User], resource: [X] }; }',
      'it declares the action "a"',
    ],
    [
      "an action in a group of Remit's",
      'action "a" in [file_system::Action::"SafeIO"] appliesTo { principal: [User], resource: [User] };',
      'it declares the action "a"',
    ],
    ["what does not parse", "entity A;\nentity B { x };", "schema_invalid line 2, column"],
    ["a name that hides behind one of Remit's", "entity File;", "illegally shadows"],
    [
      "a type that is not there",
      "entity A in [Nobody];",
      "line 1, column 14: failed to resolve type: Nobody",
    ],
    ["a bomb", `type T = ${"Set<".repeat(5000)}Long${">".repeat(5000)};`, "policy_too_deep line 1"],
    ["a bomb of records", `entity A { a: ${"{a:".repeat(200)}`, "policy_too_deep line 1, column"],
    ["a large text", `// ${"x".repeat(1024 * 1024)}`, "policy_too_large the schema has"],
  ])("cannot have %s", (_, extension, message) => {
    const said = refusal(extension);
    expect(said).not.toBe("");
    expect(said).toContain(message);
  });

  test("may nest as deep as policies", () => {
    expect(refusal(`type T = ${"Set<".repeat(60)}Long${">".repeat(60)};`)).toBe("");
  });
});

describe("policies under an extended schema", () => {
  const schema = extendSchema("entity Device { tier: Long };");
  const set = (policy: string) => ({
    ...parsePolicySet(policy),
    schema,
    entities: loadEntities(
      [{ uid: { type: "Device", id: "this" }, attrs: { tier: 2 }, parents: [] }],
      schema,
    ),
  });
  const policy = (tier: number) =>
    `permit(principal, action, resource) when { Device::"this".tier >= ${tier} };`;

  test("are validated with it, strictly", () => {
    expect(validate(set(policy(2)))).toEqual([]);
    expect(validate(parsePolicySet(policy(2)))[0]?.severity).toBe("error");
    expect(
      validate(set('permit(principal, action, resource) when { Device::"this".name == "x" };')),
    ).toMatchObject([{ severity: "error" }]);
  });

  test("decide with it, also after the loss of the engine", () => {
    for (let round = 0; round < 2; round++) {
      expect(new Decider(set(policy(2)), root).decide(fileRequest("open", "/a")).allowed).toBe(true);
      expect(new Decider(set(policy(3)), root).decide(fileRequest("open", "/a")).allowed).toBe(false);
      discardCedar();
    }
  });

  test("and requests are still held against Remit's own part of it", () => {
    const decision = new Decider(set(policy(2)), root).decide(fileRequest("write", "/a", "file_system::Dir"));
    expect(decision.failure).toContain("file_system::Dir");
  });

  test("more schemas than Cedar keeps are used all the same", () => {
    const schemas = Array.from({ length: 7 }, (_, index) => extendSchema(`entity E${index};`));
    for (const each of [...schemas, ...schemas]) {
      const decider = new Decider(
        { ...parsePolicySet("permit(principal, action, resource);"), schema: each },
        root,
      );
      expect(decider.decide(fileRequest("open", "/a")).allowed).toBe(true);
    }
    expect(new Set(schemas.map(parsedSchema)).size).toBe(4);
    expect(parsedSchema(undefined)).toBe("remit");
  });
});
