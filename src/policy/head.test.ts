import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readHead } from "./head.ts";
import { parsePolicySet, validate } from "./index.ts";
import { meaningOf } from "./meaning.ts";
import { allows, decide, fileRequest } from "./testing.ts";

const SCOPE = "(principal, action, resource);";
const headOf = (text: string) => {
  const { effect, id, end } = readHead(text) ?? {};
  return `${effect} ${id} ${text.slice(end).slice(0, 9)}`;
};

describe("the head of a policy", () => {
  test.each([
    ["plain", `permit${SCOPE}`, "permit undefined principal"],
    ["with an id", `@id("a") forbid ${SCOPE}`, "forbid a principal"],
    ["with other annotations", `@a @b("}") @id("c")@d("(")permit${SCOPE}`, "permit c principal"],
    ["with blanks in its annotations", `@ id ( "a" ) permit${SCOPE}`, "permit a principal"],
    ["with an id that has escapes", `@id("\\u{61}") permit${SCOPE}`, "permit undefined principal"],
    [
      "behind a comment with a policy",
      `// permit(\n@id("a")\n// forbid(\nforbid // permit(\n${SCOPE}`,
      "forbid a principal",
    ],
    ["with an id in a comment only", `// @id("old")\npermit${SCOPE}`, "permit undefined principal"],
    ["with an id in a string only", `@note("@id(x)") permit${SCOPE}`, "permit undefined principal"],
    ["with a longer name of an annotation", `@identity("a") permit${SCOPE}`, "permit undefined principal"],
  ])("%s", (_, text, expected) =>
    expect(headOf(text)).toBe(expected.slice(0, expected.lastIndexOf(" ") + 10)),
  );

  test.each([
    ["another word", `permits${SCOPE}`],
    ["no word", `@permit("a")`],
    ["a blank that is none here", `@id("a")\u0085permit${SCOPE}`],
    ["no parenthesis", "permit principal"],
    ["nothing", "// permit("],
  ])("%s is not understood", (_, text) => expect(readHead(text)).toBeUndefined());
});

describe("what a comment says is no policy", () => {
  const write = fileRequest("write", "/etc/x");
  const ALL = `permit${SCOPE}\n`;
  const OLD = '// forbid(principal == User::"nobody", action, resource);\n';

  test("a forbid behind one forbids, whatever the comment is about", () => {
    const stop = `@id("stop") forbid // everybody\n${SCOPE}`;
    expect(allows(ALL + OLD, write)).toBe(true);
    expect(decide(ALL + OLD + stop, write)).toMatchObject({ allowed: false, policies: ["stop"] });
    expect(
      allows(ALL + OLD + stop.replace(SCOPE, '(principal == User::"nobody", action, resource);'), write),
    ).toBe(true);
  });

  test.each(["permit // all\n", "permit\u0085", "permit"])("an approval is asked for by %j", (permit) => {
    const [policy] = parsePolicySet(`@approval("dear") ${permit}${SCOPE}`).policies;
    expect(policy).toMatchObject({ approval: "dear", effect: "permit" });
  });

  test("a fault is found by strict validation, however often it is there", () => {
    const READ = '// permit(principal, action == file_system::Action::"read", resource);\n';
    const fault = `${READ}permit // now\n(principal, action, resource) when { resource.path == "x" };\n`;
    for (const count of [1, 4])
      expect(validate(parsePolicySet(fault.repeat(count))).length).toBeGreaterThan(count);
  });
});

const trivia = fc
  .array(
    fc.oneof(
      {
        weight: 99,
        arbitrary: fc.constantFrom(
          " ",
          "\n",
          "\r",
          "\t",
          "\u2028",
          "\u00a0",
          "// permit(\n",
          '// forbid(principal == User::"x", action, resource);\r',
          '// @id("y")\n',
          '// "\n',
          "//\n",
        ),
      },
      // A blank to Cedar.
      { weight: 1, arbitrary: fc.constant("\u0085") },
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.join(""));
const tokens = fc
  .tuple(
    fc.constantFrom([], ["@", "id", "(", '"a"', ")"], ["@", "approval", "(", '"b"', ")"], ["@", "note"]),
    fc.constantFrom("permit", "forbid"),
    fc.constantFrom(
      ["principal"],
      ["principal", "is", "Agent"],
      ["principal", "in", "Group", "::", '"g"'],
      ["principal", "==", "User", "::", '"u"'],
    ),
    fc.constantFrom(
      ["action"],
      ["action", "==", "file_system", "::", "Action", "::", '"read"'],
      ["action", "in", "[", "network", "::", "Action", "::", '"GET"', "]"],
    ),
    fc.constantFrom(
      ["resource"],
      ["resource", "is", "file_system", "::", "File"],
      ["resource", "in", "file_system", "::", "Dir", "::", '"/a, b"'],
    ),
    fc.constantFrom([], ["when", "{", "true", "}"], ["unless", "{", '"//"', "==", '"("', "}"]),
  )
  .map(([annotation, effect, principal, action, resource, condition]) => [
    ...annotation,
    effect,
    "(",
    ...principal,
    ",",
    ...action,
    ",",
    ...resource,
    ")",
    ...condition,
    ";",
  ]);
const policy = fc
  .tuple(tokens, fc.array(trivia, { minLength: 40, maxLength: 40 }))
  // Two names in a row need something between them.
  .map(([all, between]) =>
    all.map((token, index) => `${between[index]}${/^\w/.test(token) ? " " : ""}${token}`).join(""),
  );

test("effect, scope and approval are what Cedar reads, wherever comments stand", () => {
  const seen = { known: 0, unknown: 0 };
  fc.assert(
    fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), (texts) => {
      const set = parsePolicySet(texts.join("\n"));
      expect(set.policies).toHaveLength(texts.length);
      for (const each of set.policies) {
        const { effect, scope, annotations, conditions } = meaningOf(each);
        expect(each.effect).toBe(effect);
        expect(each.approval).toBe(effect === "permit" ? annotations["approval"] : undefined);
        if (conditions.length > 0) expect(each.conditional).toBe(true);
        seen[each.scope === undefined ? "unknown" : "known"]++;
        if (each.scope === undefined) continue;
        const { principal, resource, action } = each.scope;
        expect({ principal, resource }).toEqual({ principal: scope.principal, resource: scope.resource });
        expect(JSON.stringify(action).includes("read")).toBe(JSON.stringify(scope.action).includes("read"));
        expect(action.op === "all").toBe(scope.action.op === "all");
      }
    }),
    { numRuns: 300 },
  );
  expect(seen.known).toBeGreaterThan(100);
  expect(seen.unknown).toBeGreaterThan(10);
}, 60_000);
