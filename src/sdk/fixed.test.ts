import { expect, test } from "bun:test";
import { fixed } from "./fixed.ts";

test.each([
  [0.125, 2, "0.12"],
  [0.375, 2, "0.38"],
  [2.5, 0, "2"],
  [0.5, 0, "0"],
  [0.25, 1, "0.2"],
  [0.75, 1, "0.8"],
  [1.005, 2, "1.00"],
  [52.25, 1, "52.2"],
  [0, 2, "0.00"],
  [100, 1, "100.0"],
])("%d with %d digits", (value, digits, text) => {
  expect(fixed(value, digits)).toBe(text);
});

test("padded", () => {
  expect(fixed(7.654, 2, 6)).toBe("  7.65");
  expect(fixed(1234.5, 2, 6)).toBe("1234.50");
});
