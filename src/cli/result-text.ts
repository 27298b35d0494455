import { LIMITS } from "../platform/limits.ts";
import type { RunResult } from "../runner/index.ts";

/** `result` as one line of JSON, or indented. A result beyond its bound is replaced by one that says so. */
export function resultJson(result: RunResult, indent?: number): string {
  const text = JSON.stringify(result, undefined, indent);
  if (Buffer.byteLength(text) <= LIMITS.outputBytes) return text;
  return JSON.stringify(tooLarge(result), undefined, indent);
}

/** A result for a person, by the stream on which it goes. */
export interface HumanText {
  readonly out: string;
  readonly error: string;
}

/** The output, or the error; with `verbose` the log before and the metrics after it. */
export function resultText(result: RunResult, verbose: boolean): HumanText {
  const {
    output,
    error,
    logs = [],
    metrics = [],
  } = result.output.length <= LIMITS.outputBytes ? result : tooLarge(result);
  const lines: string[] = [];
  if (verbose) lines.push(...logs.map(({ attributes }) => `[${attributes.level}] ${attributes.message}`));
  if (!error && output !== "") lines.push(output);
  if (verbose) {
    lines.push("--- metrics ---");
    lines.push(...metrics.map(({ metric_name, metric_value }) => `${metric_name}: ${metric_value}`));
  }
  return {
    out: lines.map((line) => `${line}\n`).join(""),
    error: error ? `error: ${error.message}\n` : "",
  };
}

function tooLarge({ metrics }: RunResult): RunResult {
  const limit = "outputBytes";
  const message = `Limit ${limit}: the result of the script has more than ${LIMITS[limit]} bytes`;
  return {
    output: "",
    status: "ERROR",
    error: { error_type: "SCRIPT_EXCEPTION", message, limit },
    // What the script published may be what is too large; the agent's own metrics are not.
    metrics: metrics?.filter(({ metric_name }) => metric_name.startsWith("RexRunner")) ?? [],
  };
}
