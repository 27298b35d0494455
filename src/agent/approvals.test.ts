import { expect, test } from "bun:test";
import type { Entry } from "../audit/record.ts";
import { Approvals } from "./approvals.ts";

const question = { action: "a", resource: { type: "t", id: "i" }, reasons: ["why"] };
const ask = (approvals: Approvals, run = "run_1") =>
  approvals.ask({ run, principal: 'Agent::"a"', traceId: "4b" }, question);
const first = (approvals: Approvals) => approvals.all()[0]?.id ?? "";

/** With what it records. */
function recording(timeMs: number) {
  const entries: Entry[] = [];
  const write = (entry: Entry): void => void entries.push(entry);
  const approvals = new Approvals(timeMs, { write, writeIfPossible: write });
  const events = () => entries.map((entry) => (entry.kind === "approval" ? [entry.run, entry.event] : []));
  return { approvals, entries, events };
}

test("each answer is an outcome of its own, given once", async () => {
  const { approvals } = recording(60_000);
  for (const answer of ["approved", "denied"] as const) {
    const asked = ask(approvals);
    expect(approvals.all()).toMatchObject([{ run: "run_1", reasons: ["why"] }]);
    const id = first(approvals);
    expect(approvals.settle(id, answer)).toBe(true);
    expect(approvals.settle(id, "approved")).toBe(false);
    expect(await asked).toBe(answer);
  }
});

test("nobody answers: the time is up, and both are recorded", async () => {
  const { approvals, entries, events } = recording(10);
  expect(await ask(approvals)).toBe("timed_out");
  expect(approvals.all()).toEqual([]);
  expect(events()).toEqual([
    ["run_1", "asked"],
    ["run_1", "timed_out"],
  ]);
  expect(entries[1]).toMatchObject({
    action: "a",
    resource: { id: "i" },
    principal: 'Agent::"a"',
    traceId: "4b",
  });
});

test("of what cannot be recorded nobody is asked", () => {
  const write = (): never => {
    throw new Error("full");
  };
  const approvals = new Approvals(10, { write, writeIfPossible: () => undefined });
  expect(() => ask(approvals)).toThrow("full");
  expect(approvals.all()).toEqual([]);
});

test("of a run that is over nothing waits; of others it does", async () => {
  const { approvals, events } = recording(60_000);
  const [over, other] = [ask(approvals, "run_1"), ask(approvals, "run_2")];
  approvals.forget("run_1");
  expect(await over).toBe("timed_out");
  expect(approvals.all().map(({ run }) => run)).toEqual(["run_2"]);
  approvals.settle(first(approvals), "approved");
  expect(await other).toBe("approved");
  expect(events()).toEqual([
    ["run_1", "asked"],
    ["run_2", "asked"],
    ["run_1", "run_ended"],
  ]);
});

test("what begins to wait, and waits no more, is a change", async () => {
  const { approvals } = recording(60_000);
  const asked = ask(approvals);
  expect(approvals.changes).toBe(1);
  approvals.settle("approval_other", "approved");
  expect(approvals.changes).toBe(1);
  approvals.settle(first(approvals), "approved");
  expect([approvals.changes, await asked]).toEqual([2, "approved"]);
});
