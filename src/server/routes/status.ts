import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { kernelName } from "../../platform/system.ts";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { sayingNothing } from "../request-body.ts";
import { answer, json, KillBody, NO_BODY, PROBLEM, StatusSchema } from "../schemas.ts";

/** How the agent is, and the switch that stops everything. */
export function statusRoutes(app: OpenAPIHono<Env>, served: Served): void {
  const { agent, sessions, version } = served;
  const admin = authentication(served, "admin");
  const status = () => {
    const { killed, revision, running, queued, changes } = agent.status();
    const kill = killed === undefined ? { killed: false } : { killed: true, kill_reason: killed };
    const counts = { running, queued, page_sessions: sessions.count, changes };
    const upload = served.upload && { upload: served.upload.current() };
    const bundles = served.bundles?.status();
    return {
      version,
      host: kernelName().node,
      ...kill,
      policy_revision: revision,
      ...counts,
      ...upload,
      ...bundles,
    };
  };

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/status",
      summary: "How the agent is",
      middleware: authentication(served, "read"),
      responses: { 200: answer("Status", StatusSchema), ...PROBLEM },
    }),
    (c) => c.json(status(), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/admin/kill",
      summary: "Stop everything: what runs ends, nothing new begins, until it is resumed",
      middleware: admin,
      request: { body: { required: true, content: json(KillBody) } },
      responses: { 200: answer("Status", StatusSchema), ...PROBLEM },
    }),
    (c) => {
      agent.kill(c.req.valid("json").reason, c.get("caller").principal);
      return c.json(status(), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/admin/resume",
      summary: "Let runs begin again",
      middleware: [admin, sayingNothing] as const,
      requestBody: NO_BODY,
      responses: { 200: answer("Status", StatusSchema), ...PROBLEM },
    }),
    (c) => {
      agent.resume(c.get("caller").principal);
      return c.json(status(), 200);
    },
  );
}
