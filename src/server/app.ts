import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { AgentError, type AgentErrorCode } from "../agent/index.ts";
import { browserDefence } from "./browser-defence.ts";
import type { Env, Served } from "./context.ts";
import { Problem, type ProblemCode, problemResponse } from "./problem.ts";
import { requestBody } from "./request-body.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { bundleRoutes } from "./routes/bundles.ts";
import { capabilityRoutes } from "./routes/capabilities.ts";
import { denialRoutes } from "./routes/denials.ts";
import { healthRoutes } from "./routes/health.ts";
import { mcpRoute } from "./routes/mcp.ts";
import { pageRoutes } from "./routes/page.ts";
import { policyRoutes } from "./routes/policy.ts";
import { runRoutes } from "./routes/runs.ts";
import { statusRoutes } from "./routes/status.ts";
import { PROBLEM } from "./schemas.ts";

const DESCRIPTION = "/openapi.json";
const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;
const CONTENT_POLICY = "content-security-policy";
/** Of what is no page. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/**
 * The API of the agent, on a listener with `port`, or on a socket of the file system.
 * @param page the origin at which the operator page is, if there is one
 */
export function createApp(
  served: Served,
  port: number | undefined,
  page: string | undefined,
): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.target, result.error);
    },
  });
  app.use(requestId({ limitLength: 64 }));
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    if (!c.res.headers.has(CONTENT_POLICY)) c.res.headers.set(CONTENT_POLICY, NOTHING);
    // Answers that are made without the context lack it.
    c.res.headers.set("x-request-id", c.get("requestId"));
    if (c.req.method === "HEAD") await sayLength(c.res);
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: notAllowed }));
  app.use(browserDefence(port));
  app.use(requestBody(served));
  healthRoutes(app, served);
  statusRoutes(app, served);
  denialRoutes(app, served);
  runRoutes(app, served);
  approvalRoutes(app, served);
  policyRoutes(app, served);
  bundleRoutes(app, served);
  capabilityRoutes(app, served);
  pageRoutes(app, served, port, page);
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  mcpRoute(app, served, port);
  app.openAPIRegistry.registerPath({
    method: "get",
    path: DESCRIPTION,
    security: [],
    summary: "What is here",
    responses: { 200: { description: "This", content: { "application/json": {} } }, ...PROBLEM },
  });
  app.doc31(DESCRIPTION, {
    openapi: "3.1.0",
    info: { title: "Remit", version: served.version, description: "Runs Rhai scripts under a Cedar policy" },
    security: [{ token: [] }],
  });
  app.notFound((c) => problemResponse(c, new Problem("not_found", `nothing is at ${c.req.path}`)));
  app.onError((error, c) => problemResponse(c, asProblem(error)));
  return app;
}

/** What answers HEAD says how long the answer to GET is (RFC 9110, 8.6); without it the server would say 0. */
async function sayLength(answer: Response): Promise<void> {
  if (answer.body === null) return;
  const { byteLength } = await answer.arrayBuffer();
  answer.headers.set("content-length", String(byteLength));
}

function notAllowed(c: Context, methods: readonly string[]): Response {
  const allow = methods.join(", ");
  return problemResponse(c, new Problem("method_not_allowed", `${c.req.path} takes ${allow}`, {}, { allow }));
}

const AGENT_PROBLEMS: { readonly [code in AgentErrorCode]: ProblemCode } = {
  killed: "killed",
  queue_full: "queue_full",
  stopping: "stopping",
  audit_unavailable: "audit_unavailable",
  tokens_unreadable: "tokens_unreadable",
  policy_refused: "policy_refused",
  update_failed: "update_failed",
  script_not_approved: "script_not_approved",
  script_not_found: "script_not_found",
  approval_not_found: "approval_not_found",
  run_ended: "run_ended",
};
const RETRY_AFTER = { "retry-after": "1" };

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AgentError) {
    const code = AGENT_PROBLEMS[error.code];
    return new Problem(code, error.message, {}, code === "queue_full" ? RETRY_AFTER : {});
  }
  if (error instanceof HTTPException && error.status === 400)
    return new Problem("body_invalid", error.message);
  // Of what cannot happen, for whoever looks after the agent.
  process.stderr.write(`fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return new Problem("internal", "a fault of Remit; its log has more");
}

function invalid(target: string, { issues }: z.ZodError): Problem {
  const errors = issues.map(({ path, message }) => ({ pointer: `/${path.join("/")}`, detail: message }));
  const [first] = errors;
  const detail = first ? `${first.pointer}: ${first.detail}` : "it is not what this takes";
  return new Problem(target === "json" ? "body_invalid" : "parameter_invalid", detail, { errors });
}
