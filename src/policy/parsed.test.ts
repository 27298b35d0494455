import { expect, test } from "bun:test";
import { discardCedar, withCedar } from "./cedar.ts";
import { NotParsed, ParsedNames } from "./parsed.ts";

const success = { type: "success" } as const;
const failure = { type: "failure" as const, errors: [] };

test("the same key has the same name, until others take all names", () => {
  withCedar((cedar) => cedar.getCedarVersion());
  const names = new ParsedNames("n", 2);
  const parsed: string[] = [];
  const get = (key: string) =>
    names.get(key, (name) => {
      parsed.push(`${key} ${name}`);
      return success;
    });
  expect(["a", "b", "a", "b"].map(get)).toEqual(["n0", "n1", "n0", "n1"]);
  expect(["c", "b", "a", "c"].map(get)).toEqual(["n0", "n1", "n1", "n0"]);
  expect(parsed).toEqual(["a n0", "b n1", "c n0", "a n1"]);
});

test("no name is two things after Cedar refused one", () => {
  const names = new ParsedNames("n", 2);
  const get = (key: string, answer: typeof success | typeof failure = success) =>
    names.get(key, () => answer);
  expect([get("a"), get("b")]).toEqual(["n0", "n1"]);
  expect(() => get("c", failure)).toThrow(NotParsed);
  const again = ["a", "b"].map((key) => get(key));
  expect(new Set(again).size).toBe(2);
});

test("what an instance had parsed is parsed anew in the next", () => {
  const names = new ParsedNames("n", 2);
  let count = 0;
  const get = () =>
    names.get("a", () => {
      count++;
      return success;
    });
  get();
  get();
  discardCedar();
  withCedar((cedar) => cedar.getCedarVersion());
  get();
  expect(count).toBe(2);
});
