import { expect, test } from "bun:test";
import { isElsewhere, readScope } from "./scope.ts";
import { splitPolicies } from "./source.ts";

test("every form of a clause is read", () => {
  expect(
    readScope('principal == User::"a", action in [x::Action::"b", x::Action::"c",], resource is x::File'),
  ).toEqual({
    principal: { op: "==", uid: { type: "User", id: "a" } },
    action: {
      op: "in",
      uids: [
        { type: "x::Action", id: "b" },
        { type: "x::Action", id: "c" },
      ],
    },
    resource: { op: "is", type: "x::File" },
  });
  expect(
    readScope('principal, action == x :: Action :: "b, c", resource is x::F in x::D::"/, //d" ,'),
  ).toEqual({
    principal: { op: "all" },
    action: { op: "==", uid: { type: "x::Action", id: "b, c" } },
    resource: { op: "is", type: "x::F", within: { type: "x::D", id: "/, //d" } },
  });
  expect(readScope('principal, // who\n action, resource in x::D::"/"')?.resource).toEqual({
    op: "in",
    uids: [{ type: "x::D", id: "/" }],
  });
});

test("what is not certain is unknown", () => {
  expect(readScope('principal, action, resource == x::F::"\\u{2f}"')).toBeUndefined();
  expect(readScope("principal == ?principal, action, resource")).toBeUndefined();
  expect(readScope("principal, action")).toBeUndefined();
});

test("statements end at their own semicolon", () => {
  const text =
    '@id("a;b") permit(principal, action, resource) when { "x;" == "//" }; // ; \nforbid(principal, action, resource);\n// end';
  expect(splitPolicies(text).map(({ effect, id, conditional }) => [effect, id, conditional])).toEqual([
    ["permit", "a;b", true],
    ["forbid", undefined, false],
  ]);
});

test("an annotation that looks like a policy is none", () => {
  const text = '@note("forbid(") @id("x") permit(principal, action, resource is x::F);';
  expect(splitPolicies(text)).toMatchObject([
    { effect: "permit", id: "x", scope: "principal, action, resource is x::F" },
  ]);
});

test("a scope of many comments is read in one go", () => {
  const scope = `principal, ${'// "a"\n'.repeat(100_000)} action, resource == x::F::"//b"`;
  expect(readScope(scope)?.resource).toEqual({ op: "==", uid: { type: "x::F", id: "//b" } });
}, 2000);

test("what a clause takes may lie in a directory, or lies elsewhere for certain", () => {
  const directory = {
    type: "x::Dir",
    id: "/a/b",
    attributes: {},
    ancestors: ["/a", "/"].map((id) => ({ type: "x::Dir", id })),
  };
  const of = (resource: string) => {
    const clause = readScope(`principal, action, ${resource}`)?.resource;
    if (clause === undefined) throw new Error(`${resource} was not read`);
    return isElsewhere(clause, directory);
  };
  for (const near of [
    "resource",
    "resource is x::File",
    'resource in x::Dir::"/a/b"',
    'resource in x::Dir::"/a"',
    'resource in x::Dir::"/"',
    'resource == x::File::"/a/b/c"',
    'resource is x::File in x::Dir::"/a/b/c/d"',
  ])
    expect([near, of(near)]).toEqual([near, false]);
  for (const far of [
    'resource == x::File::"/a/bc"',
    'resource in x::Dir::"/a/c"',
    'resource is x::File in x::Dir::"/c"',
    'resource in x::Group::"b"',
  ])
    expect([far, of(far)]).toEqual([far, true]);
});
