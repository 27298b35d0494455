import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { Problem } from "../problem.ts";
import { PROBLEM } from "../schemas.ts";

/** What supervisors and monitors ask. The first two tell nobody more than yes or no, so they take no token. */
export function healthRoutes(app: OpenAPIHono<Env>, served: Served): void {
  const { agent } = served;

  app.openapi(
    createRoute({
      method: "get",
      path: "/healthz",
      security: [],
      summary: "Whether the agent answers",
      responses: { 204: { description: "It does" }, ...PROBLEM },
    }),
    (c) => c.body(null, 204),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/readyz",
      security: [],
      summary: "Whether scripts can be run: the decision log can be written, and nothing is stopped",
      responses: { 204: { description: "They can" }, ...PROBLEM },
    }),
    (c) => {
      const obstacle = served.bundles?.isMissing ? "bundle" : agent.obstacle();
      if (obstacle !== undefined) throw new Problem("not_ready", OBSTACLES[obstacle]);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/metrics",
      summary: "What the agent has done since it started, for Prometheus",
      middleware: authentication(served, "read"),
      responses: {
        200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } },
        ...PROBLEM,
      },
    }),
    (c) => {
      const text = agent.metricsText() + (served.upload?.metricsText() ?? "");
      return c.text(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    },
  );
}

const OBSTACLES = {
  killed: "the kill switch is on",
  stopping: "the agent is shutting down",
  audit: "the decision log cannot be written",
  bundle: "no bundle of policies is in force yet: everything is denied",
} as const;
