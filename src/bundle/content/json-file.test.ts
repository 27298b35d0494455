import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { lineOf, parseJsonFile } from "./json-file.ts";
import { expectJson, JsonFault, offsetOf } from "./json-place.ts";
import { refusalOf } from "./testing.ts";

const file = (text: string) => ({ name: "a.json", text });
const schema = z.strictObject({ a: z.array(z.strictObject({ b: z.int() })) });
const refusal = (text: string) => refusalOf(() => parseJsonFile(file(text), schema));

describe("a JSON file", () => {
  test("is what its schema says", () => {
    expect(parseJsonFile(file(' { "a" : [ {"b": 1}, {"b":\n2} ] }\n'), schema)).toEqual({
      a: [{ b: 1 }, { b: 2 }],
    });
  });

  test.each([
    ["a value of another type", '{\n"a": [\n{"b": 1},\n{"b":\n"x"}]}', "a.json:5: a[1].b: Invalid input"],
    ["an unknown name", '{"a": [],\n\n"c": 1}', 'a.json:3: c: Unrecognized key: "c"'],
    ["an unknown name within", '{"a": [\n{"b": 1,\n"c": 1}]}', "a.json:3: a[0].c: Unrecognized"],
    ["a missing name", '\n{"a": [\n{}]}', "a.json:3: a[0].b: Invalid input"],
    ["another value than an object", "[]", "a.json:1: Invalid input"],
    ["no JSON", '{"a": [\n{"b": 1},\n]}', "a.json:3: this is no JSON"],
    ["JSON that breaks off", '{"a": [', "a.json:1: this is no JSON"],
    ["nothing", "", "a.json:1: this is no JSON"],
    ["two values", "{}\n{}", "a.json:2: this is no JSON"],
    ["a comment", '{ // hi\n"a": []}', "a.json:1: this is no JSON"],
    ["a name twice", '{"a": [], "a": []}', 'a.json: "a" occurs twice in an object'],
    ["a name twice by an escape", '{"a": [], "\\u0061": []}', '"a" occurs twice'],
    ["half of a surrogate pair", '{"a": "\\ud800"}', "surrogate"],
    ["the prototype", '{"a": [], "__proto__": {}}', '"__proto__" cannot be a name'],
    ["a bomb", "[".repeat(100_000), "nested deeper than 32 levels"],
  ])("is refused for %s", (_, text, message) => {
    expect(refusal(text)).toStartWith("bundle_invalid a.json");
    expect(refusal(text)).toContain(message);
  });
});

describe("places in JSON", () => {
  test("of what is there, or the nearest that holds it", () => {
    const text = '{"x": [10, {"y\\n": "z", "": [[]]}], "w": {}}';
    const at = (...path: PropertyKey[]) => text.slice(offsetOf(text, path));
    expect(at()).toBe(text);
    expect(at("x", 0)).toStartWith("10, ");
    expect(at("x", 1, "y\n")).toStartWith('"z"');
    expect(at("x", 1, "", 0)).toStartWith("[]]}");
    expect(at("w")).toBe("{}}");
    expect(at("x", 7)).toStartWith("[10");
    expect(at("w", "v", "u")).toBe("{}}");
    expect(lineOf(file('{\n"a": 1,\n"b":\n\n 2}'), ["b"])).toBe(5);
  });

  test("a text is JSON for it if it is for everybody", () => {
    const part = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "1",
      "-",
      "true",
      "nul",
      " ",
      "\\",
      "1e5",
      ".5",
    );
    const anything = fc.oneof(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.json({ maxDepth: 4 }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect([text, isTaken(() => expectJson(text))]).toEqual([text, isTaken(() => JSON.parse(text))]);
      }),
      { numRuns: 2000 },
    );
  });

  test("every member of any JSON is found", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        for (const [key, member] of Object.entries(value)) {
          expect(text.slice(offsetOf(text, [key]))).toStartWith(
            JSON.stringify(member, undefined, 1)[0] ?? "",
          );
        }
      }),
    );
  });
});

function isTaken(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof JsonFault || error instanceof SyntaxError) return false;
    throw error;
  }
}
