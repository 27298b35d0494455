import { expect, test } from "bun:test";
import { Hono } from "hono";
import { PROBLEMS, Problem, problemResponse } from "./problem.ts";

test("codes and their statuses are what programs go by: none changes or goes", () => {
  const codes = Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`);
  const known = [
    "403 host_not_allowed",
    "403 browser_not_allowed",
    "401 token_missing",
    "401 token_unknown",
    "403 scope_missing",
    "415 media_type",
    "413 body_too_large",
    "408 body_slow",
    "400 body_invalid",
    "400 parameter_invalid",
    "404 not_found",
    "405 method_not_allowed",
    "404 run_not_found",
    "404 approval_not_found",
    "409 run_ended",
    "422 idempotency_mismatch",
    "409 idempotency_running",
    "400 idempotency_key_invalid",
    "409 idempotency_forgotten",
    "429 too_many_followers",
    "503 not_ready",
    "429 queue_full",
    "503 killed",
    "503 stopping",
    "503 audit_unavailable",
    "503 tokens_unreadable",
    "422 policy_refused",
    "500 internal",
  ];
  expect(known.filter((code) => !codes.includes(code))).toEqual([]);
});

test("a problem is a document of RFC 9457, in which nothing hides", async () => {
  const app = new Hono();
  const hostile = "a\u001b[31m\u202eb\n";
  app.get("/", (c) =>
    problemResponse(c, new Problem("queue_full", hostile, { next_steps: ["wait"] }, { "retry-after": "1" })),
  );
  const answer = await app.request("/");
  expect(answer.status).toBe(429);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(await answer.json()).toMatchObject({
    type: "urn:remit:problem:queue_full",
    title: "Too many runs wait",
    status: 429,
    detail: "a\\u{1b}[31m\\u{202e}b\\u{a}",
    code: "queue_full",
    retryable: true,
    next_steps: ["wait"],
  });
});
