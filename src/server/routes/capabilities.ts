import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { SCOPES } from "../../agent/index.ts";
import { LIMITS } from "../../platform/limits.ts";
import { authentication } from "../authentication.ts";
import { FunctionSchema, SignaturesSchema } from "../catalogue.ts";
import type { Env, Served } from "../context.ts";
import { answer, PROBLEM } from "../schemas.ts";

export const CapabilitiesQuery = z.object({
  name: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: "A function, type or module: say all about it, instead of all signatures" }),
});

export const CapabilitiesSchema = z
  .object({
    version: z.string(),
    caller: z.object({ name: z.string(), scope: z.enum(SCOPES), autonomy: z.number() }),
    limits: z.record(z.string(), z.number()),
    areas: z.array(SignaturesSchema).openapi({ description: "Signatures of all functions" }),
    functions: z.array(FunctionSchema).openapi({ description: "All about those that were asked for" }),
  })
  .openapi("Capabilities");

/** What scripts can call, within which bounds, and what the caller is to this agent. */
export function capabilityRoutes(app: OpenAPIHono<Env>, served: Served): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/capabilities",
      summary: "What scripts can call, and within which bounds",
      middleware: authentication(served, "read"),
      request: { query: CapabilitiesQuery },
      responses: { 200: answer("Capabilities", CapabilitiesSchema), ...PROBLEM },
    }),
    async (c) => {
      const { principal, scope, autonomy } = c.get("caller");
      const { name } = c.req.valid("query");
      const areas = name === undefined ? await served.catalogue.signatures() : [];
      const functions = name === undefined ? [] : await served.catalogue.named(name);
      const caller = { name: principal.id, scope, autonomy };
      const limits = { ...LIMITS, timeMs: served.timeMs };
      const known = { version: served.version, caller, limits };
      return c.json({ ...known, areas, functions }, 200);
    },
  );
}
