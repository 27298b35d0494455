import { expect, test } from "bun:test";
import fc from "fast-check";
import { withCedar } from "./cedar.ts";
import { parseUid } from "./uid-text.ts";

/** What Cedar reads. */
function byCedar(text: string): unknown {
  const answer = withCedar((cedar) => cedar.policyToJson(`permit(principal == ${text}, action, resource);`));
  if (answer.type === "failure" || answer.json.principal.op !== "==") return undefined;
  return "entity" in answer.json.principal ? answer.json.principal.entity : undefined;
}

test.each([
  'User::"alice"',
  'a::b::C::"x y"',
  'User::""',
  String.raw`User::"a\"b\\c\n\r\t\0\'"`,
  String.raw`User::"\x41\u{e9}\u{1F600}"`,
  'User::"ä::\\"b"',
])("%s is read as Cedar reads it", (text) => {
  expect(parseUid(text)).toEqual(byCedar(text) as never);
});

test.each([
  "User",
  "User::alice",
  '"alice"',
  'User::"a"b"',
  'User::"a", action, resource); permit(principal == User::"b"',
  String.raw`User::"\q"`,
  String.raw`User::"\x80"`,
  String.raw`User::"\u{d800}"`,
  String.raw`User::"\u{110000}"`,
  String.raw`User::"\u{}"`,
  '1::"a"',
  ' User::"a"',
])("%s names nothing", (text) => {
  expect(parseUid(text)).toBeUndefined();
});

test("any string in quotes is read as Cedar reads it, or not at all", () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 3 }),
    fc.constantFrom("\\n", "\\u{41}", "\\x4", '\\"', "\\"),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const text = `User::"${parts.join("")}"`;
      const read = parseUid(text);
      if (read !== undefined) expect(read).toEqual(byCedar(text) as never);
    }),
  );
});
