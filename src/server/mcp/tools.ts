import { z } from "@hono/zod-openapi";
import type { McpServer } from "@modelcontextprotocol/server";
import { SCOPES, type Scope } from "../../agent/index.ts";
import { CapabilitiesQuery, CapabilitiesSchema } from "../routes/capabilities.ts";
import { ExplainBody, ExplanationSchema } from "../routes/policy.ts";
import { IdParameter, RunBody, RunSchema } from "../schemas.ts";
import { ApiError, ask, type Send } from "./api.ts";
import { problemResult, RunOutput, runResult, toolResult } from "./run-result.ts";

/** How long a tool waits for the end of a run unless it is told, in milliseconds; clients wait for a minute or so. */
const WAIT_MS = 25_000;

const RunInput = RunBody.safeExtend({
  wait_ms: z
    .number()
    .int()
    .min(0)
    .default(WAIT_MS)
    .describe("Wait this long for the end; a run that is not over then goes on, and get_run has it"),
});
const GetInput = z.strictObject({
  id: IdParameter.shape.id,
  wait_ms: z.number().int().min(0).default(0).describe("Wait this long for the end of the run"),
  output_offset: z.number().int().min(0).default(0).describe("Where in the output to begin"),
});
const CancelInput = z.strictObject({ id: IdParameter.shape.id });

const LOOKS = { readOnlyHint: true, openWorldHint: false } as const;

/** Offers the tools that a token of `scope` may use. */
export function offerTools(server: McpServer, send: Send, scope: Scope): void {
  const may = (needed: Scope): boolean => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
  if (may("run")) offerRuns(server, send);
  offerLooks(server, send);
}

function offerRuns(server: McpServer, send: Send): void {
  server.registerTool(
    "run_script",
    {
      title: "Run a script",
      description:
        "Runs a Rhai script on this host, or by its name one that the owner approved (list_capabilities has the names). Each operation of it is allowed or denied by the owner's policy when it happens. " +
        "With dry_run nothing that has an effect is done, and the denials say what would be.",
      inputSchema: RunInput,
      outputSchema: RunOutput,
      annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: true, readOnlyHint: false },
    },
    ({ wait_ms, ...body }, { mcpReq }) =>
      answered(async () => {
        const started = {
          method: "POST",
          path: "/v1/runs",
          body: JSON.stringify({ ...body, wait_ms: 0 }),
        } as const;
        const { id } = await ask(send, started, RunSchema);
        // Nobody knows the id of a run whose request was cancelled: nobody could ask for it, or end it.
        const cancel = (): void =>
          void send({ method: "DELETE", path: `/v1/runs/${id}` }).catch(() => undefined);
        mcpReq.signal.addEventListener("abort", cancel);
        if (mcpReq.signal.aborted) cancel();
        const run = await look(send, id, wait_ms);
        mcpReq.signal.removeEventListener("abort", cancel);
        return runResult(run);
      }),
  );

  server.registerTool(
    "cancel_run",
    {
      title: "End a run",
      description: "Ends a run before its time. What it has done stays done.",
      inputSchema: CancelInput,
      outputSchema: RunOutput,
      annotations: {
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
        readOnlyHint: false,
      },
    },
    ({ id }) =>
      answered(async () => {
        await ask(send, { method: "DELETE", path: `/v1/runs/${id}` }, RunSchema);
        return { ...runResult(await look(send, id, WAIT_MS)), isError: false };
      }),
  );
}

function offerLooks(server: McpServer, send: Send): void {
  server.registerTool(
    "get_run",
    {
      title: "Look at a run",
      description: "The state of a run, with its result and denials when it is over.",
      inputSchema: GetInput,
      outputSchema: RunOutput,
      annotations: LOOKS,
    },
    ({ id, wait_ms, output_offset }) =>
      answered(async () => runResult(await look(send, id, wait_ms), output_offset)),
  );

  server.registerTool(
    "explain_policy",
    {
      title: "Ask the policy",
      description:
        "Whether scripts of yours may do an action on a resource, and why. Nothing is done. " +
        'For example {"action": "file_system.read", "resource": {"type": "file_system::File", "id": "/etc/hostname"}}.',
      inputSchema: ExplainBody,
      outputSchema: ExplanationSchema,
      annotations: LOOKS,
    },
    (question) =>
      answered(async () => {
        const body = JSON.stringify(question);
        return toolResult(await ask(send, { method: "POST", path: "/v1/explain", body }, ExplanationSchema));
      }),
  );

  server.registerTool(
    "list_capabilities",
    {
      title: "What scripts can call",
      description:
        "Signatures of all functions, and all limits. With a name (of a function, a type or a module): what it does, " +
        "what the policy is asked for, what it throws, and an example.",
      inputSchema: CapabilitiesQuery.strict(),
      outputSchema: CapabilitiesSchema,
      annotations: LOOKS,
    },
    ({ name }) =>
      answered(async () => {
        const query = name === undefined ? "" : `?name=${encodeURIComponent(name)}`;
        return toolResult(
          await ask(send, { method: "GET", path: `/v1/capabilities${query}` }, CapabilitiesSchema),
        );
      }),
  );
}

const look = (send: Send, id: string, waitMs: number) =>
  ask(send, { method: "GET", path: `/v1/runs/${id}?wait_ms=${waitMs}` }, RunSchema);

type Result = ReturnType<typeof toolResult>;

/** What the agent refuses is a result too. */
async function answered(perform: () => Promise<Result>): Promise<Result> {
  try {
    return await perform();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return problemResult(error.problem);
  }
}
