import { expect, test } from "bun:test";
import fc from "fast-check";
import { argumentsText } from "./arguments-text.ts";

test("numbers stay as they were written", () => {
  const text = '{"script":"1","arguments":{"n":{"longValue":9223372036854775807},"d":{"doubleValue":1e2}}}';
  expect(argumentsText(text)).toBe('{"n":{"longValue":9223372036854775807},"d":{"doubleValue":1e2}}');
});

test("none are none", () => {
  for (const text of ['{"script":"1"}', '{"script":"1","arguments":{}}'])
    expect(argumentsText(text)).toBe("{}");
});

test.each([
  ['"x"', '{"stringValue":"x"}'],
  ["true", '{"booleanValue":true}'],
  ["-9223372036854775808", '{"longValue":-9223372036854775808}'],
  ["1.50", '{"doubleValue":1.50}'],
  ["1e3", '{"doubleValue":1e3}'],
  ['["a",1]', '{"listValue":[{"stringValue":"a"},{"longValue":1}]}'],
  ['{"a":1,"b":"c"}', '{"mapValue":{"a":{"longValue":1},"b":{"stringValue":"c"}}}'],
  ["{}", '{"mapValue":{}}'],
  ['{"a":{"stringValue":"x"}}', '{"mapValue":{"a":{"stringValue":"x"}}}'],
  [
    '{"__proto__":1,"rawJSON":"2"}',
    '{"mapValue":{"__proto__":{"longValue":1},"rawJSON":{"stringValue":"2"}}}',
  ],
  // Tagged already, rightly or not.
  ['{"stringValue":"x"}', '{"stringValue":"x"}'],
  ['{"listValue":["x"]}', '{"listValue":["x"]}'],
  ["null", "null"],
])("%s is meant as %s", (plain, meant) => {
  expect(argumentsText(`{"script":"1","arguments":{"a":${plain}}}`)).toBe(`{"a":${meant}}`);
});

test("what is tagged stays as it is", () => {
  const textOf = (given: string): string => argumentsText(`{"script":"1","arguments":{"a":${given}}}`);
  fc.assert(
    fc.property(fc.json(), (given) => {
      const once = textOf(given);
      expect(argumentsText(`{"script":"1","arguments":${once}}`)).toBe(once);
    }),
  );
});
