import { expect, test } from "bun:test";
import type { RunEvent } from "../runner/protocol.ts";
import { Metrics } from "./metrics.ts";
import { Run } from "./runs.ts";

const NOW = { running: 1, queued: 2, killed: false };
const decision = (action: string, decided: "allow" | "deny"): RunEvent => {
  const resource = { type: "t", id: "i" };
  return { type: "decision", action, resource, decision: decided, policies: [], errors: 1 };
};

test("decisions, runs and limits are counted by what they are", () => {
  const metrics = new Metrics();
  metrics.happened(decision('file_system::Action::"open"', "allow"));
  metrics.happened(decision('file_system::Action::"open"', "allow"));
  metrics.happened(decision("a\nb", "deny"));
  const run = new Run("run_1", "a", false);
  run.begin();
  run.result = { output: "", status: "ERROR", error: { limit: "timeMs" } };
  run.end("failed");
  metrics.ended(run);
  const lines = metrics.text(NOW).split("\n");
  expect(lines).toContain('decisions_total{action="file_system::Action::\\"open\\"",decision="allow"} 2');
  expect(lines).toContain('decisions_total{action="a\\nb",decision="deny"} 1');
  expect(lines).toContain("decision_errors_total 3");
  expect(lines).toContain('runs_total{status="failed"} 1');
  expect(lines).toContain('limit_hits_total{limit="timeMs"} 1');
  expect(lines).toContain("run_duration_seconds_count 1");
  expect(lines).toContain("runs_queued 2");
});

test("each line is one of the format", () => {
  const metrics = new Metrics();
  for (let index = 0; index < 1000; index++) metrics.happened(decision(`a${index}`, "deny"));
  const lines = metrics.text(NOW).trimEnd().split("\n");
  expect(lines.length).toBeLessThan(400);
  const FORM = /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\\n]|\\.)*",?)*\})? [\d.e+-]+)$/;
  expect(lines.filter((line) => !FORM.test(line))).toEqual([]);
});
