/** What the agent and its runner processes say to each other: a line of JSON each. */
import { z } from "zod";
import { type Candidate, CheckAnswer } from "../bundle/content/candidate.ts";
import type { Approval } from "../policy/access.ts";
import type { Principal } from "../policy/types.ts";
import { Explained, type ExplainJob } from "./explain-protocol.ts";

const text = z.string();
/** A script to run. What the agent writes and this very program reads needs no schema. */
export interface Job {
  readonly run: string;
  readonly script?: string;
  /** An approved script of the bundle that is active, instead of a text. */
  readonly name?: string;
  /** JSON, as in an arguments file: `{"name": {"stringValue": "x"}}`. */
  readonly arguments: string;
  readonly principal: Principal;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
  /** For the records of its decisions. */
  readonly traceId?: string;
}

/** Another policy is in force, or a bundle that was checked is about to be. */
export type Hint = { readonly type: "heed" } | { readonly type: "prepare"; readonly sha256: string };

/** A bundle to look at. It is the last that a runner does. */
export interface CheckOrder {
  readonly type: "check";
  readonly candidate: Candidate;
}

/** What a runner is given: a run, a question, a hint, or a bundle. */
export type Order = Job | ExplainJob | Hint | CheckOrder;

export const DENIAL_REASONS = [
  "forbidden",
  "not_permitted",
  "check_failed",
  "dry_run",
  "approval_denied",
  "approval_timed_out",
] as const;

/** Something that a script wanted and was not allowed. */
export const Denial = z.strictObject({
  action: text,
  resource: z.strictObject({ type: text, id: text }),
  /** Why, for whoever wrote the script. */
  reason: z.enum(DENIAL_REASONS),
  policies: z.array(text),
});
export type Denial = z.infer<typeof Denial>;

const log = z.strictObject({ type: z.literal("log"), level: text, message: text, time: text });
const decision = z.strictObject({
  type: z.literal("decision"),
  action: text,
  resource: z.strictObject({ type: text, id: text }),
  decision: z.enum(["allow", "deny"]),
  policies: z.array(text),
  /** Policies that could not be evaluated, and 1 more where the check itself could not be made. */
  errors: z.number(),
});
/** As in the result, but that long texts are cut. */
const alarm = z.strictObject({ type: z.literal("alarm"), alarm_type: text, alarm_details: text.optional() });
const metric = z.strictObject({
  type: z.literal("metric"),
  metric_name: text,
  /** `null` of what is no number of JSON. */
  metric_value: z.number().nullable(),
  metric_unit: text,
  metric_dimension: z.record(text, text),
  metric_timestamp: text,
});
/** Something that happens in a run. */
export const RunEvent = z.discriminatedUnion("type", [log, decision, alarm, metric]);
export type RunEvent = z.infer<typeof RunEvent>;

/** What somebody has to decide before a run goes on. */
export const ApprovalQuestion = z.strictObject({
  action: text,
  resource: z.strictObject({ type: text, id: text }),
  /** What the policies say that it is for. */
  reasons: z.array(text),
});
export type ApprovalQuestion = z.infer<typeof ApprovalQuestion>;

/** What a runner says. */
export const Report = z.discriminatedUnion("type", [
  /** It can take a job. */
  z.strictObject({ type: z.literal("ready"), revision: text }),
  /** It cannot run anything under this policy. */
  z.strictObject({ type: z.literal("refused"), message: text }),
  /** It has made ready what it can of a bundle that is about to be in force. */
  z.strictObject({ type: z.literal("prepared"), sha256: text }),
  /** What it has found in a bundle. */
  z.strictObject({ type: z.literal("checked"), answer: CheckAnswer }),
  /** It has a job, and begins with it: from now on something of it may have happened. */
  z.strictObject({ type: z.literal("began"), run: text }),
  /** It waits for a line with an {@link ApprovalAnswer}. */
  z.strictObject({ type: z.literal("approval"), run: text, question: ApprovalQuestion }),
  z.strictObject({ type: z.literal("events"), run: text, events: z.array(RunEvent) }),
  z.strictObject({
    type: z.literal("result"),
    run: text,
    /** The JSON result of `remit run`. */
    result: z.looseObject({ output: text, status: text }),
    denials: z.array(Denial),
    moreDenials: z.number(),
    revision: text,
  }),
  Explained,
]);
export type Report = z.infer<typeof Report>;

/** The agent's answer to a runner that waits. */
export interface ApprovalAnswer {
  readonly approval: Approval;
}
