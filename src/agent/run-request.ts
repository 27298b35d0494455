import { createHash } from "node:crypto";
import type { Entry } from "../audit/record.ts";
import type { Principal } from "../policy/types.ts";
import type { Run } from "./runs.ts";

/** A script that somebody asks to be run: its text, or the name of an approved one. */
export interface RunRequest {
  readonly script?: string;
  readonly name?: string;
  /** JSON of the arguments, tagged. */
  readonly arguments: string;
  readonly principal: Principal;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
  /** Of the request that asks, for the record of the run. */
  readonly requestId?: string;
  /** The distributed trace that the run is part of, and the caller's own part of it (W3C Trace Context). */
  readonly trace?: { readonly traceId: string; readonly parentId: string };
}

/** What the decision log has of a run before anything of it happens. */
export function startedEntry(run: Run, { script, name, requestId, trace }: RunRequest): Entry {
  return {
    kind: "run",
    ...run.identity,
    event: "started",
    ...(script === undefined ? {} : { script: createHash("sha256").update(script).digest("hex") }),
    ...(name === undefined || run.revision === undefined ? {} : { name, revision: run.revision }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(trace === undefined ? {} : { parentId: trace.parentId }),
  };
}
