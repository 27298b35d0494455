import { expect, test } from "bun:test";
import { LIMITS } from "../platform/limits.ts";
import type { RunResult } from "../runner/index.ts";
import { resultJson, resultText } from "./result-text.ts";

const metric = (metric_name: string) => ({
  metric_name,
  metric_value: 1,
  metric_unit: "COUNT",
  metric_dimension: {},
  metric_timestamp: "2026-01-01T00:00:00.000Z",
});

const RESULT: RunResult = {
  output: "hello",
  status: "SUCCESS",
  metrics: [metric("files"), metric("RexRunnerScriptExecutionSuccessCount")],
  logs: [{ attributes: { timestamp: "now", level: "WARN", message: "look", line_number: "1" } }],
};

test("for a person", () => {
  expect(resultText(RESULT, false)).toEqual({ out: "hello\n", error: "" });
  expect(resultText(RESULT, true).out).toBe(
    "[WARN] look\nhello\n--- metrics ---\nfiles: 1\nRexRunnerScriptExecutionSuccessCount: 1\n",
  );
  const failed: RunResult = {
    output: "",
    status: "ERROR",
    error: { error_type: "SCRIPT_EXCEPTION", message: "no" },
  };
  expect(resultText(failed, false)).toEqual({ out: "", error: "error: no\n" });
});

test("a result beyond its bound becomes one that says so, with the agent's own metrics", () => {
  const large = { ...RESULT, output: "x".repeat(LIMITS.outputBytes) };
  const { output, status, error, metrics } = JSON.parse(resultJson(large)) as RunResult;
  expect({ output, status, limit: error?.limit }).toEqual({
    output: "",
    status: "ERROR",
    limit: "outputBytes",
  });
  expect(metrics?.map(({ metric_name }) => metric_name)).toEqual(["RexRunnerScriptExecutionSuccessCount"]);
  expect(resultText({ ...RESULT, output: `${large.output}x` }, false)).toEqual({
    out: "",
    error: `error: Limit outputBytes: the result of the script has more than ${LIMITS.outputBytes} bytes\n`,
  });
  expect(JSON.parse(resultJson({ ...RESULT, output: "x" })).output).toBe("x");
});
