import { z } from "@hono/zod-openapi";
import { DenialSchema, type RunSchema, WaitSchema } from "../schemas.ts";
import { ApiProblem } from "./api.ts";

type Run = z.infer<typeof RunSchema>;
type Denial = z.infer<typeof DenialSchema>;

/** Characters of a run's output in one result; a model asks for more of it if it wants. */
const OUTPUT_CHARACTERS = 32_768;
const LOGS = 100;

/** What a tool about a run answers: of a refusal the problem, else the run. */
export const RunOutput = z.object({
  id: z.string().optional(),
  state: z
    .string()
    .optional()
    .describe("queued or running: not over yet; succeeded; failed, cancelled, killed or lost"),
  dry_run: z.boolean().optional(),
  output: z.string().optional().describe("What the script evaluates to"),
  output_length: z.number().optional().describe("Characters of the whole output"),
  truncated: z.boolean().optional().describe("The output goes on; get_run with output_offset has more"),
  error: z.looseObject({ error_type: z.string(), message: z.string() }).optional(),
  logs: z.array(z.object({ level: z.string(), message: z.string() })).optional(),
  waits_for: WaitSchema.optional().describe("What the owner has to approve before the script goes on"),
  denials: z.array(DenialSchema).describe("What the policy did not allow, also where the script went on"),
  more_denials: z.number().optional(),
  policy_revision: z.string().optional(),
  problem: ApiProblem.optional().describe("Why the agent did not take the request"),
  next_steps: z.array(z.string()),
});

/** A tool's result: for the model as text, and the same as data. */
export function toolResult(value: { readonly [name: string]: unknown }, isError = false) {
  const structuredContent = { ...value };
  const content = [{ type: "text" as const, text: JSON.stringify(structuredContent) }];
  return { content, structuredContent, isError };
}

/** What a model is told of `run`. What it can reason about, such as a denial, is a result and no fault of the protocol. */
export function runResult(run: Run, offset = 0) {
  const { id, state, dry_run, error, waits_for, denials, more_denials, policy_revision, output = "" } = run;
  const shown = sliceOf(output, offset);
  const rest = output.length - offset - shown.length;
  const result: z.infer<typeof RunOutput> = {
    id,
    state,
    dry_run,
    output: shown,
    ...(rest > 0 ? { truncated: true, output_length: output.length } : {}),
    ...(error === undefined ? {} : { error }),
    logs: (run.logs ?? []).slice(0, LOGS).map(logOf),
    ...(waits_for === undefined ? {} : { waits_for }),
    denials,
    ...(more_denials > 0 ? { more_denials } : {}),
    ...(policy_revision === undefined ? {} : { policy_revision }),
    next_steps: [
      ...(waits_for === undefined ? [] : [WAITS]),
      ...(state === "queued" || state === "running" ? [`it goes on: get_run with id ${id} and wait_ms`] : []),
      ...(rest > 0 ? [`the output goes on: get_run with output_offset ${offset + shown.length}`] : []),
      ...stepsAfter(denials),
    ],
  };
  return toolResult(result, isFailure(run));
}

/** What a model is told of a refusal. */
export function problemResult(problem: ApiProblem) {
  const { code, next_steps = [] } = problem;
  const steps = [...next_steps, ...(AFTER_PROBLEM[code] ?? [])];
  return toolResult({ denials: [], problem, next_steps: steps }, true);
}

/** Half of a character outside of the BMP is left for the next part. */
function sliceOf(text: string, offset: number): string {
  const part = text.slice(offset, offset + OUTPUT_CHARACTERS);
  return text.length > offset + part.length ? part.replace(/[\ud800-\udbff]$/, "") : part;
}

const Log = z.object({ attributes: z.object({ level: z.string(), message: z.string() }) });
const logOf = (log: unknown) => Log.parse(log).attributes;

const ENDED_BADLY = ["failed", "cancelled", "killed", "lost"];

/** A dry run that came to something with an effect has told what it was asked for. */
function isFailure({ state, dry_run, error, denials }: Run): boolean {
  const observed =
    dry_run &&
    error?.error_type === "ACCESS_DENIED_EXCEPTION" &&
    denials.every(({ reason }) => reason === "dry_run");
  return ENDED_BADLY.includes(state) && !observed;
}

const WAITS =
  "it waits for the owner to approve waits_for: tell your user; do not run it a second time meanwhile";

const AFTER_DENIAL: { readonly [reason in Denial["reason"]]: string } = {
  forbidden:
    "a policy forbids this on purpose: do not look for another way to the same effect; tell your user, or ask the owner of the host",
  not_permitted:
    "no policy permits this: do without it, ask explain_policy what would be permitted, or ask the owner of the host for a permit",
  check_failed:
    "the policy could not be asked about this: check the names, and tell your user if they are right",
  dry_run: "the policy allows this, but a dry run does nothing: run it without dry_run if it is wanted",
  approval_denied: "the owner said no to exactly this: do not ask again unless something has changed",
  approval_timed_out:
    "nobody answered in time: tell your user that the owner has to approve it, then run again",
};

const stepsAfter = (denials: readonly Denial[]): readonly string[] =>
  [...new Set(denials.map(({ reason }) => reason))].map((reason) => AFTER_DENIAL[reason]);

const AFTER_PROBLEM: { readonly [code: string]: readonly string[] } = {
  killed: [
    "the owner of the host has stopped everything: do not try again before they resume it; tell your user",
  ],
  queue_full: ["wait some seconds, then call this again"],
  stopping: ["the agent is shutting down: try again later"],
  audit_unavailable: ["the host cannot record what is done, so nothing is done: tell your user"],
  script_not_approved: [
    "the owner of the host allows approved scripts only: run one of them by its name, or tell your user",
  ],
  script_not_found: ["list_capabilities has the names of the approved scripts"],
  run_not_found: ["check the id; the oldest runs are forgotten"],
  run_ended: ["get_run has its result"],
};
