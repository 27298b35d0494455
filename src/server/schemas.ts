import { z } from "@hono/zod-openapi";
import { DENIAL_REASONS, MAX_RUNS } from "../agent/index.ts";
import { LIMITS } from "../platform/limits.ts";
import { PROBLEM_CODES, PROBLEMS } from "./problem.ts";

/** Runs in a list, unless a request says otherwise. */
const RUNS = 100;

/** Bodies and answers of the API; `/openapi.json` is made of them. */
export const RunBody = z
  .strictObject({
    script: z
      .string()
      .max(LIMITS.scriptBytes)
      .optional()
      .openapi({ description: "The Rhai script; either this or a name" }),
    name: z.string().max(64).optional().openapi({ description: "An approved script, instead of its text" }),
    arguments: z.record(z.string(), z.unknown()).default({}).openapi({
      description:
        'Variables of the script: plain JSON, {"name": "x"}, or tagged, {"name": {"stringValue": "x"}}',
    }),
    timeout_ms: z.number().int().min(1).optional().openapi({ description: "End the script after this time" }),
    dry_run: z
      .boolean()
      .default(false)
      .openapi({ description: "Ask the policy as ever, but allow nothing that would have an effect" }),
    wait_ms: z
      .number()
      .int()
      .min(0)
      .optional()
      .openapi({ description: "Wait this long for the end; 0 answers at once with 202" }),
  })
  .refine(({ script, name }) => (script === undefined) !== (name === undefined), {
    path: ["script"],
    message: "either a script or the name of an approved one is needed, and not both",
  })
  .openapi("RunRequest");

export const RunHeaders = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .openapi({ description: "Requests with the same key and body begin one run, and get its answer" }),
  traceparent: z.string().optional().openapi({
    description: "The trace that the run is part of (W3C Trace Context); ignored where it is not valid",
    example: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  }),
});

export const DenialSchema = z
  .object({
    action: z.string(),
    resource: z.object({ type: z.string(), id: z.string() }),
    reason: z.enum(DENIAL_REASONS),
    policies: z.array(z.string()),
  })
  .openapi("Denial");

export const WaitSchema = z
  .object({
    approval: z
      .string()
      .openapi({ description: "What an administrator answers: `remit approvals` shows it" }),
    action: z.string(),
    resource: z.object({ type: z.string(), id: z.string() }),
    reasons: z.array(z.string()),
    expires_at: z.string(),
  })
  .openapi("Wait");

/** What is known of a run beside its result. */
const RunFacts = z.object({
  id: z.string(),
  principal: z.string().openapi({ description: "Cedar uid of who asked for it" }),
  state: z.enum(["queued", "running", "succeeded", "failed", "cancelled", "killed", "lost"]),
  dry_run: z.boolean(),
  trace_id: z.string().optional().openapi({ description: "Of the `traceparent` of the request" }),
  created_at: z.string(),
  started_at: z.string().optional(),
  ended_at: z.string().optional(),
  waits_for: WaitSchema.optional().openapi({ description: "What somebody has to approve before it goes on" }),
  policy_revision: z.string().optional(),
});

export const RunSchema = RunFacts.extend({
  denials: z.array(DenialSchema),
  more_denials: z.number(),
  output: z.string().optional(),
  status: z.string().optional(),
  error: z.looseObject({ error_type: z.string(), message: z.string() }).optional(),
  alarms: z.array(z.looseObject({ alarm_type: z.string(), alarm_details: z.string().optional() })).optional(),
  metrics: z.array(z.looseObject({})).optional(),
  logs: z
    .array(z.looseObject({ attributes: z.looseObject({ level: z.string(), message: z.string() }) }))
    .optional(),
}).openapi("Run");

export const RunSummarySchema = RunFacts.extend({
  denied: z.number().openapi({ description: "How often it was denied something" }),
}).openapi("RunSummary");
export const RunListSchema = z.object({ runs: z.array(RunSummarySchema) }).openapi("Runs");
export const RunsQuery = z.object({ limit: z.coerce.number().int().min(1).max(MAX_RUNS).default(RUNS) });

const STATUSES = PROBLEM_CODES.map((code) => `${code} ${PROBLEMS[code].status}`).join(", ");

export const ProblemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z
      .enum(PROBLEM_CODES)
      .openapi({ description: `Stable: what programs go by. Each has its status: ${STATUSES}` }),
    retryable: z.boolean(),
    request_id: z.string(),
  })
  .openapi("Problem");

/** As it is reported to the central team (docs/reports.md). */
export const BundleStatusSchema = z
  .object({
    bundles: z.record(
      z.string(),
      z.looseObject({
        name: z.string(),
        state: z.enum(["UNSET", "APPLYING", "APPLIED", "FAILED"]),
        active_revision: z.string().optional(),
        code: z.string().optional(),
        message: z.string().optional(),
      }),
    ),
    trust: z.looseObject({ stale_s: z.number() }).optional(),
    clock: z.looseObject({ suspect: z.boolean() }).optional(),
  })
  .openapi("BundleStatus");

export const StatusSchema = z
  .object({
    version: z.string(),
    host: z.string().openapi({ description: "Name of this machine" }),
    killed: z.boolean(),
    kill_reason: z.string().optional(),
    policy_revision: z.string(),
    running: z.number(),
    queued: z.number(),
    page_sessions: z.number().openapi({ description: "Logins at the operator page" }),
    changes: z.number().openapi({
      description: "Grows with whatever happens to runs, denials and approvals: else nothing of them is new",
    }),
    upload: z
      .object({
        queued: z.number().openapi({ description: "Records of the decision log that were not sent yet" }),
        dropped_total: z.number().openapi({ description: "Records that never were" }),
        last_success: z.string().optional(),
        error: z.object({ code: z.string(), message: z.string() }).optional(),
      })
      .optional()
      .openapi({ description: "Reports to the central team; absent where none are made" }),
    ...BundleStatusSchema.partial().shape,
  })
  .openapi("Status");

export const ApprovalSchema = z
  .object({
    id: z.string(),
    run: z.string(),
    principal: z.string(),
    action: z.string(),
    resource: z.object({ type: z.string(), id: z.string() }),
    reasons: z.array(z.string()),
    asked_at: z.string(),
    expires_at: z.string(),
  })
  .openapi("Approval");
export const ApprovalListSchema = z.object({ approvals: z.array(ApprovalSchema) }).openapi("Approvals");
export const ApprovalBody = z
  .strictObject({ answer: z.enum(["approved", "denied"]) })
  .openapi("ApprovalAnswer");
export const ApprovalIdParameter = z.object({ id: z.string().regex(/^approval_[0-9a-f]{24}$/) });

export const KillBody = z.strictObject({ reason: z.string().max(400).default("") }).openapi("KillRequest");
/** Where an earlier answer with events broke off. */
export const EventsHeaders = z.object({
  "last-event-id": z
    .string()
    .optional()
    .openapi({ description: "Number of the last event that is known: those after it come", example: "17" }),
});
/** How long an answer about a run waits for its end. */
export const WaitQuery = z.object({ wait_ms: z.coerce.number().int().min(0).default(0) });
export const IdParameter = z.object({ id: z.string().regex(/^run_[0-9a-f]{24}$/) });

/** Of a request that says all by where it goes. Its type is there all the same: no web page can send that unasked. */
export const NO_BODY = {
  required: true,
  description: "An empty object; what matters is that the content type is there",
  content: { "application/json": { schema: { type: "object", maxProperties: 0 } } },
} as const;

/** `schema` as the content of a body. */
export const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });
/** An answer whose body is of `schema`. */
export const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: json(schema),
});

/** Every other answer. */
export const PROBLEM = {
  default: {
    description: "A refusal, by its `code`",
    content: { "application/problem+json": { schema: ProblemSchema } },
  },
} as const;
