import { expect, test } from "bun:test";
import { narrowed, narrower } from "./narrowed.ts";

const own = {
  ...{ state: "/s", logLevel: "info", decisionLogBytes: 1, keep: [] },
  ...{ warm: 3, concurrency: 4, queue: 10, approvalMs: 50 },
};

test("limits of a bundle narrow the owner's, and widen none", () => {
  expect(narrowed(own, {})).toEqual(own);
  expect(narrowed(own, { concurrency: 9, queue: 99, approval_ms: 51 })).toEqual(own);
  expect(narrowed(own, { concurrency: 2, queue: 0, approval_ms: 1 })).toEqual({
    ...own,
    ...{ warm: 2, concurrency: 2, queue: 0, approvalMs: 1 },
  });
  expect([narrower(5, undefined), narrower(5, 3), narrower(5, 7)]).toEqual([5, 3, 5]);
});
