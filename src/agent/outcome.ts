import type { Death, Outcome } from "./runner-process.ts";
import type { Run, RunStatus } from "./runs.ts";

/**
 * Gives `run` what came of it, and says how it ended.
 * @param ended how somebody ended it, if somebody did
 */
export function takeOutcome(run: Run, outcome: Outcome, ended: RunStatus | undefined): RunStatus {
  if ("report" in outcome && outcome.report.type === "result") {
    const { result, denials, moreDenials, revision } = outcome.report;
    Object.assign(run, { result, denials, moreDenials, revision, resultBytes: outcome.bytes });
    // A script that ended by itself was not ended by anybody.
    return result.status === "SUCCESS" ? "succeeded" : (ended ?? "failed");
  }
  run.result = lostResult("died" in outcome ? outcome : { died: "its runner answered something else" });
  return ended ?? "lost";
}

/** The result of a run whose process ended without one. */
function lostResult({ died, limit }: Death) {
  return {
    output: "",
    status: "ERROR",
    error: {
      error_type: "INTERNAL_EXCEPTION",
      message: `the run has no result: ${died}`,
      ...(limit === undefined ? {} : { limit }),
    },
  };
}
