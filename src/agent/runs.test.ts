import { describe, expect, test } from "bun:test";
import type { RunEvent } from "../runner/protocol.ts";
import { type NumberedEvent, type Result, Run, Runs } from "./runs.ts";

const made = (id = "run_1") => new Run(id, 'Agent::"a"', false);
const log = (message: string) => ({ type: "log", level: "INFO", message, time: "" }) as const;

describe("a run", () => {
  test("numbers what happens, and goes on from any number", () => {
    const run = made();
    run.begin();
    run.addAll([log("one"), log("two")]);
    run.end("succeeded");
    const kinds = (events: readonly NumberedEvent[]) => events.map(({ id, type }) => `${id} ${type}`);
    expect(kinds(run.eventsAfter(0))).toEqual(["1 status", "2 log", "3 log", "4 status", "5 end"]);
    expect(kinds(run.eventsAfter(3))).toEqual(["4 status", "5 end"]);
    expect(run.isOver).toBe(true);
  });

  test("says at its end what came of it, long outputs cut between characters", () => {
    const last = (result: Result) => {
      const run = made();
      run.begin();
      run.result = result;
      run.end("succeeded");
      return run.eventsAfter(1)[0];
    };
    expect(last({ output: "42", status: "SUCCESS" })).toEqual({
      id: 2,
      type: "output",
      output: "42",
      length: 2,
    });
    const long = `${"x".repeat(32_767)}\u{1f600}`;
    expect(last({ output: long, status: "SUCCESS" })).toMatchObject({
      output: "x".repeat(32_767),
      length: 32_769,
    });
    const error = { error_type: "SCRIPT_EXCEPTION", message: "no" };
    expect(last({ output: "", status: "ERROR", error })).toEqual({ id: 2, type: "error", error });
  });

  test("tells who listens, until they do no more", () => {
    const run = made();
    const heard: string[] = [];
    const stop = run.listen(({ type }) => heard.push(type));
    run.begin();
    stop();
    run.end("failed");
    expect(heard).toEqual(["status"]);
  });

  test("forgets the oldest events, not their numbers", () => {
    const run = made();
    for (let index = 0; index < 300; index++) run.addAll([log("x".repeat(2000))]);
    const [first] = run.eventsAfter(0);
    expect(first?.id).toBeGreaterThan(100);
    expect(run.eventsAfter(0).at(-1)?.id).toBe(300);
    expect(run.size).toBeLessThanOrEqual(256 * 1024);
  });
});

describe("runs", () => {
  test("the oldest that are over go when there are too many; those that go on stay", () => {
    const runs = new Runs();
    const first = made("run_first");
    runs.add(first);
    for (let index = 0; index < 1100; index++) {
      const run = made(`run_${index}`);
      run.end("succeeded");
      runs.add(run);
    }
    expect(runs.all().length).toBe(1000);
    expect(runs.get("run_first")).toBe(first);
    expect(runs.get("run_0")).toBeUndefined();
    expect(runs.all()[0]?.id).toBe("run_1099");
  });

  test("or when they take too much memory", () => {
    const runs = new Runs();
    for (let index = 0; index < 10; index++) {
      const run = made(`run_${index}`);
      run.result = { output: "x".repeat(10_000_000), status: "SUCCESS" };
      run.end("succeeded");
      runs.add(run);
    }
    expect(runs.all().map(({ id }) => id)).toEqual(["run_9", "run_8", "run_7", "run_6", "run_5", "run_4"]);
  });

  test("tell of each change that a list of them would show, and of no other", () => {
    const runs = new Runs();
    const run = made();
    const decided = (decision: "allow" | "deny"): RunEvent => ({
      type: "decision",
      action: "a",
      resource: { type: "t", id: "i" },
      decision,
      policies: [],
      errors: 0,
    });
    const steps = [
      () => runs.add(run),
      () => run.begin(),
      () => run.addAll([log("one"), decided("allow")]),
      () => run.addAll([decided("deny")]),
      () => run.end("succeeded"),
    ];
    const seen = steps.map((step) => {
      step();
      return runs.changes;
    });
    expect(seen).toEqual([1, 2, 2, 3, 4]);
  });
});
