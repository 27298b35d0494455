import { expect, test } from "bun:test";
import { Approvals } from "./approvals.ts";

const question = { action: "a", resource: { type: "t", id: "i" }, reasons: ["why"] };
const ask = (approvals: Approvals, run = "run_1") => approvals.ask(run, 'Agent::"a"', question);
const first = (approvals: Approvals) => approvals.all()[0]?.id ?? "";

test("each answer is an outcome of its own, given once", async () => {
  const approvals = new Approvals(60_000);
  for (const answer of ["approved", "denied"] as const) {
    const asked = ask(approvals);
    const id = first(approvals);
    expect(approvals.settle(id, answer)).toMatchObject({ id, run: "run_1", reasons: ["why"] });
    expect(approvals.settle(id, "approved")).toBeUndefined();
    expect(await asked).toBe(answer);
  }
});

test("nobody answers: the time is up", async () => {
  const approvals = new Approvals(10);
  expect(await ask(approvals)).toBe("timed_out");
  expect(approvals.all()).toEqual([]);
});

test("of a run that is over nothing waits; of others it does", async () => {
  const approvals = new Approvals(60_000);
  const [over, other] = [ask(approvals, "run_1"), ask(approvals, "run_2")];
  approvals.forget("run_1");
  expect(await over).toBe("denied");
  expect(approvals.all().map(({ run }) => run)).toEqual(["run_2"]);
  approvals.settle(first(approvals), "approved");
  expect(await other).toBe("approved");
});
