import type { Run } from "../agent/index.ts";

/** A run as the API shows it: the JSON result of `remit run`, and what the agent knows of it. */
export function runView(run: Run) {
  const time = (date: Date) => date.toISOString();
  return {
    ...(run.result ?? {}),
    id: run.id,
    state: run.status,
    dry_run: run.dryRun,
    ...(run.traceId === undefined ? {} : { trace_id: run.traceId }),
    created_at: run.createdAt.toISOString(),
    ...(run.startedAt ? { started_at: time(run.startedAt) } : {}),
    ...(run.endedAt ? { ended_at: time(run.endedAt) } : {}),
    ...(run.revision === undefined ? {} : { policy_revision: run.revision }),
    denials: [...run.denials],
    more_denials: run.moreDenials,
  };
}
