import { expect, test } from "bun:test";
import { LIMITS, LimitError } from "./limits.ts";

test("every limit is a positive integer", () => {
  for (const [name, value] of Object.entries(LIMITS)) {
    expect([name, Number.isSafeInteger(value) && value > 0]).toEqual([name, true]);
  }
});

test("the error names the limit and its value", () => {
  expect(new LimitError("fileBytes", 10)).toMatchObject({
    limit: "fileBytes",
    maximum: 10,
    message: "limit fileBytes exceeded: at most 10",
  });
});
