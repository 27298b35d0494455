import { describe, expect, test } from "bun:test";
import type { Value } from "rhai-wasm";
import { parseArguments } from "./arguments.ts";
import { RunError } from "./errors.ts";

const parse = (text: string) => [...parseArguments(text)];
const failure = (text: string): string => {
  try {
    parseArguments(text);
  } catch (error) {
    if (error instanceof RunError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("it was taken");
};
const taken = (tagged: string): Value | undefined => parseArguments(`{"a": ${tagged}}`).get("a");
const refusal = (tagged: string): string => failure(`{"a": ${tagged}}`);

describe("values", () => {
  test("have the type of their tag", () => {
    expect(parse("{}")).toEqual([]);
    expect(taken('{"stringValue": "ü"}')).toBe("ü");
    expect(taken('{"booleanValue": false}')).toBe(false);
    expect(taken('{"integerValue": -2147483648}')).toBe(-(2n ** 31n));
    expect(taken('{"longValue": 9223372036854775807}')).toBe(2n ** 63n - 1n);
    expect(taken('{"doubleValue": 1}')).toBe(1);
    expect(taken('{"doubleValue": -2.5e3}')).toBe(-2500);
    expect(taken('{"listValue": [{"stringValue": "x"}, {"longValue": 1}]}')).toEqual(["x", 1n]);
    expect(taken('{"mapValue": {"k": {"booleanValue": true}}}')).toEqual(new Map([["k", true]]));
  });

  test("keep the order and the names of the text", () => {
    expect(parse('{"b": {"longValue": 1}, "__proto__": {"longValue": 2}, "a": {"longValue": 3}}')).toEqual([
      ["b", 1n],
      ["__proto__", 2n],
      ["a", 3n],
    ]);
  });
});

describe("a value that its tag does not take", () => {
  const cases: { readonly [tagged: string]: string } = {
    '{"stringValue": 5}': "invalid type: number `5`, expected a string",
    '{"stringValue": null}': "invalid type: null, expected a string",
    '{"booleanValue": "true"}': "invalid type: string `true`, expected a boolean",
    '{"integerValue": "1"}': "invalid type: string `1`, expected i32",
    '{"integerValue": 2147483648}': "invalid value: integer `2147483648`, expected i32",
    '{"integerValue": 1.0}': "invalid type: floating point `1.0`, expected i32",
    '{"longValue": 9223372036854775808}': "invalid value: integer `9223372036854775808`, expected i64",
    '{"longValue": 1e3}': "invalid type: floating point `1e3`, expected i64",
    '{"doubleValue": true}': "invalid type: boolean `true`, expected f64",
    '{"listValue": {}}': "invalid type: map, expected a sequence",
    '{"mapValue": []}': "invalid type: sequence, expected a map",
  };
  for (const [tagged, message] of Object.entries(cases)) {
    test(tagged, () => {
      expect(refusal(tagged)).toBe(`arguments_invalid: ${message} in argument 'a'`);
    });
  }

  test("is cut when it is quoted", () => {
    expect(refusal(`{"booleanValue": "${"x".repeat(1000)}"}`)).toContain(`string \`${"x".repeat(64)}\`,`);
  });
});

describe("what is no tagged value", () => {
  test("an unknown tag, with all that there are", () => {
    const known =
      "`stringValue`, `integerValue`, `longValue`, `doubleValue`, `booleanValue`, `listValue`, `mapValue`";
    for (const [tagged, tag] of [
      ['{"intValue": 5}', "intValue"],
      ['{"constructor": 5}', "constructor"],
      ['{"__proto__": 5}', "__proto__"],
      ['"plain"', "plain"],
    ] as const) {
      expect(refusal(tagged)).toBe(
        `arguments_invalid: unknown variant \`${tag}\`, expected one of ${known} in argument 'a'`,
      );
    }
  });

  test("no tag, or more than one", () => {
    for (const tagged of ["{}", '{"longValue": 1, "stringValue": "x"}']) {
      expect(refusal(tagged)).toBe("arguments_invalid: a tagged value has exactly one tag in argument 'a'");
    }
    expect(refusal("5")).toContain("invalid type: number `5`, expected a tagged value");
    expect(refusal("null")).toContain("invalid type: null, expected a tagged value");
  });
});

describe("the text as a whole", () => {
  test("has to be a map", () => {
    expect(failure("[]")).toBe("arguments_invalid: expected a map, got sequence");
    expect(failure("12")).toBe("arguments_invalid: expected a map, got number `12`");
    expect(failure('"x"')).toBe("arguments_invalid: expected a map, got string `x`");
  });

  test("has to be JSON", () => {
    for (const text of ["", "{", "{'a': 1}", '{"a": NaN}'])
      expect(failure(text)).toStartWith("arguments_invalid: ");
  });

  test("has no half of a character, and no number that is none", () => {
    expect(taken('{"stringValue": "\\ud83d\\ude00"}')).toBe("😀");
    for (const text of ['{"a": {"stringValue": "\\ud83d"}}', '{"\\ude00": {"longValue": 1}}'])
      expect(failure(text)).toBe("arguments_invalid: lone surrogate in a text");
    expect(refusal('{"doubleValue": -1e400}')).toBe("arguments_invalid: number out of range: -1e400");
  });

  test("nests one list or map, and none in it", () => {
    expect(taken('{"listValue": []}')).toEqual([]);
    for (const tagged of [
      '{"listValue": [{"listValue": [{"longValue": 1}]}]}',
      '{"mapValue": {"k": {"mapValue": {"l": {"longValue": 1}}}}}',
    ]) {
      expect(refusal(tagged)).toBe(
        "arguments_too_deep: Script arguments depth validation failed: Argument 'a': Maximum nesting depth of 2 exceeded",
      );
    }
  });

  test("an endless nesting is refused without a fault", () => {
    const depth = 60_000;
    const nested = `${'{"listValue": ['.repeat(depth)}${"]}".repeat(depth)}`;
    expect(refusal(nested)).toStartWith("arguments_");
  });
});
