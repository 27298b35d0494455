import { expect, test } from "bun:test";
import { LIMITS } from "../platform/limits.ts";
import { type First, IdempotencyKeys } from "./idempotency.ts";
import { Problem } from "./problem.ts";

const first = (outcome: ReturnType<IdempotencyKeys["begin"]>): First => {
  if ("run" in outcome) throw new Error(`it was made before, as ${outcome.run}`);
  return outcome;
};
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return error.code;
  }
  return "none";
};

test("the same key and body mean the same run, another body is refused", () => {
  const keys = new IdempotencyKeys();
  const request = first(keys.begin("a", "k", "body"));
  request.began("run_1");
  request.over();
  expect(keys.begin("a", "k", "body")).toEqual({ run: "run_1" });
  expect(keys.begin("a", '"k"', "body")).toEqual({ run: "run_1" });
  expect(codeOf(() => keys.begin("a", "k", "other"))).toBe("idempotency_mismatch");
});

test("a key is one of its principal", () => {
  const keys = new IdempotencyKeys();
  const request = first(keys.begin("a", "k", "body"));
  request.began("run_1");
  request.over();
  first(keys.begin("b", "k", "body"));
});

test("while the first has no answer the others wait, and when it failed the key is free", () => {
  const keys = new IdempotencyKeys();
  const request = first(keys.begin("a", "k", "body"));
  expect(codeOf(() => keys.begin("a", "k", "body"))).toBe("idempotency_running");
  request.over();
  first(keys.begin("a", "k", "body")).began("run_2");
  expect(codeOf(() => keys.begin("a", "k", "body"))).toBe("idempotency_running");
});

test("keys are forgotten after their time, and the oldest when there are too many", () => {
  let now = 0;
  const keys = new IdempotencyKeys(() => now);
  const make = (key: string): void => {
    const request = first(keys.begin("a", key, "body"));
    request.began(key);
    request.over();
  };
  for (let index = 0; index <= LIMITS.idempotencyKeys; index++) make(`k${index}`);
  expect(keys.begin("a", "k1", "body")).toEqual({ run: "k1" });
  first(keys.begin("a", "k0", "body")).over();
  now = LIMITS.idempotencyMs + 1;
  first(keys.begin("a", "k1", "body")).over();
});

test.each(["", '"', '""', "a b", "a, b", "ä", "a\\b", "x".repeat(129)])("%j is no key", (key) => {
  expect(codeOf(() => new IdempotencyKeys().begin("a", key, "body"))).toBe("idempotency_key_invalid");
});
test.each(["a", '"a"', "8e03978e-40d5-43e8-bc93-6894a57f9324", "x".repeat(128)])("%j is a key", (key) => {
  first(new IdempotencyKeys().begin("a", key, "body"));
});
