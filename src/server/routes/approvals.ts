import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { PendingApproval } from "../../agent/index.ts";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { ApprovalBody, ApprovalIdParameter, ApprovalListSchema, answer, json, PROBLEM } from "../schemas.ts";

/** What runs wait for, and the answers of their owner. */
export function approvalRoutes(app: OpenAPIHono<Env>, served: Served): void {
  const { agent } = served;
  const admin = authentication(served, "admin");
  const list = () => ({ approvals: agent.approvals.all().map(view) });

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/approvals",
      summary: "What waits for an approval, the oldest first",
      middleware: admin,
      responses: { 200: answer("Approvals", ApprovalListSchema), ...PROBLEM },
    }),
    (c) => c.json(list(), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/approvals/{id}",
      summary: "Approve or deny what a run waits for",
      middleware: admin,
      request: { params: ApprovalIdParameter, body: { required: true, content: json(ApprovalBody) } },
      responses: { 200: answer("What waits still", ApprovalListSchema), ...PROBLEM },
    }),
    (c) => {
      agent.approve(c.req.valid("param").id, c.req.valid("json").answer, c.get("caller").principal);
      return c.json(list(), 200);
    },
  );
}

const view = ({ askedAt, expiresAt, ...pending }: PendingApproval) => ({
  ...pending,
  asked_at: askedAt.toISOString(),
  expires_at: expiresAt.toISOString(),
});
