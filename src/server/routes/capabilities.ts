import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type Caller, SCOPES } from "../../agent/index.ts";
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

export const CallerSchema = z
  .object({ name: z.string(), scope: z.enum(SCOPES), autonomy: z.number() })
  .openapi("Caller");

export const CapabilitiesSchema = z
  .object({
    version: z.string(),
    caller: CallerSchema,
    limits: z.record(z.string(), z.number()).optional(),
    areas: z.array(SignaturesSchema).openapi({ description: "Signatures of all functions" }),
    functions: z.array(FunctionSchema).openapi({ description: "All about those that were asked for" }),
    scripts: z.array(z.string()).optional().openapi({ description: "Names of the approved scripts" }),
  })
  .openapi("Capabilities");

/** What scripts can call, within which bounds, and what the caller is to this agent. */
export function capabilityRoutes(app: OpenAPIHono<Env>, served: Served): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/caller",
      summary: "Who the caller is to this agent, by the token",
      middleware: authentication(served, "read"),
      responses: { 200: answer("The caller", CallerSchema), ...PROBLEM },
    }),
    (c) => c.json(callerView(c.get("caller")), 200),
  );

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
      const { name } = c.req.valid("query");
      const known = { version: served.version, caller: callerView(c.get("caller")) };
      if (name !== undefined)
        return c.json({ ...known, areas: [], functions: await served.catalogue.named(name) }, 200);
      const limits = { ...LIMITS, timeMs: served.timeMs };
      const areas = await served.catalogue.signatures();
      return c.json(
        { ...known, limits, areas, functions: [], scripts: [...served.agent.inForce.scripts] },
        200,
      );
    },
  );
}

const callerView = ({ principal, scope, autonomy }: Caller) => ({ name: principal.id, scope, autonomy });
