import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { authentication } from "../authentication.ts";
import type { BundleService, Env, Served } from "../context.ts";
import { Problem } from "../problem.ts";
import { sayingNothing } from "../request-body.ts";
import { answer, BundleStatusSchema, NO_BODY, PROBLEM } from "../schemas.ts";

/** The bundles of a central team: how they are, and what brings a newer one. */
export function bundleRoutes(app: OpenAPIHono<Env>, served: Served): void {
  const responses = { 200: answer("How the bundles are", BundleStatusSchema), ...PROBLEM };
  const admin = authentication(served, "admin");

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/bundles",
      summary: "Which bundle is in force, what was asked for last, and what came of it",
      middleware: authentication(served, "read"),
      responses,
    }),
    (c) => c.json(bundles().status(), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/admin/refresh",
      summary: "Ask the repository now",
      middleware: [admin, sayingNothing] as const,
      requestBody: NO_BODY,
      responses,
    }),
    async (c) => c.json(await bundles().poll(), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/admin/import",
      summary: "Take the pack that `remit bundle import` has put into the state directory",
      middleware: [admin, sayingNothing] as const,
      requestBody: NO_BODY,
      responses,
    }),
    async (c) => c.json(await bundles().import(), 200),
  );

  function bundles(): BundleService {
    if (served.bundles !== undefined) return served.bundles;
    throw new Problem("bundles_unused", "the configuration has no [bundle]");
  }
}
