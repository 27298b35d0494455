import { expect, test } from "bun:test";
import { argumentsText } from "./arguments-text.ts";

test("numbers stay as they were written", () => {
  const body = '{"script":"x","arguments":{"a":{"longValue":9223372036854775807},"b":{"doubleValue":1.50}}}';
  expect(argumentsText(body)).toBe('{"a":{"longValue":9223372036854775807},"b":{"doubleValue":1.50}}');
});

test("none are none", () => {
  expect(argumentsText('{"script":"x"}')).toBe("{}");
});
