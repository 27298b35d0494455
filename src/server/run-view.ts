import type { Run } from "../agent/index.ts";

/** A run as the API shows it: the JSON result of `remit run`, and what the agent knows of it. */
export const runView = (run: Run) => ({
  ...(run.result ?? {}),
  ...facts(run),
  denials: [...run.denials],
  more_denials: run.moreDenials,
});

/** A run in a list, without its result. */
export const runSummary = (run: Run) => ({ ...facts(run), denied: run.denials.length + run.moreDenials });

const waitView = ({ id, action, resource, reasons, expiresAt }: NonNullable<Run["waitsFor"]>) => ({
  approval: id,
  action,
  resource,
  reasons: [...reasons],
  expires_at: expiresAt.toISOString(),
});

function facts(run: Run) {
  const time = (date: Date) => date.toISOString();
  return {
    id: run.id,
    principal: run.owner,
    state: run.status,
    dry_run: run.dryRun,
    ...(run.traceId === undefined ? {} : { trace_id: run.traceId }),
    created_at: time(run.createdAt),
    ...(run.startedAt ? { started_at: time(run.startedAt) } : {}),
    ...(run.endedAt ? { ended_at: time(run.endedAt) } : {}),
    ...(run.waitsFor ? { waits_for: waitView(run.waitsFor) } : {}),
    ...(run.revision === undefined ? {} : { policy_revision: run.revision }),
  };
}
