import { describe, expect, test } from "bun:test";
import { cutMessage } from "./result.ts";

describe("the message of an error", () => {
  test("is left alone up to 1024 characters", () => {
    for (const message of ["", "short", "x".repeat(1024), "é".repeat(1024), "🚀".repeat(1024)]) {
      expect(cutMessage(message)).toBe(message);
    }
  });

  test("is cut to 1024 characters beyond, and says so", () => {
    expect(cutMessage("x".repeat(1025))).toBe(`${"x".repeat(1021)}...`);
  });

  test("is cut between characters", () => {
    expect(cutMessage("🚀".repeat(1025))).toBe(`${"🚀".repeat(1021)}...`);
  });
});
