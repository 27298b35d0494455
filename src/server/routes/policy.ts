import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { OUTCOMES } from "../../agent/index.ts";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { Problem } from "../problem.ts";
import { answer, json, PROBLEM } from "../schemas.ts";

const CedarValue: z.ZodType<string | number | boolean> = z
  .union([z.string(), z.boolean(), z.int(), z.array(z.unknown()), z.record(z.string(), z.unknown())])
  // What it is made of further down, Cedar checks against the schema.
  .transform((value) => value as string);

export const ExplainBody = z
  .strictObject({
    action: z.string().max(200).openapi({ example: 'file_system::Action::"read"' }),
    resource: z.strictObject({
      type: z.string().max(200).openapi({ example: "file_system::File" }),
      id: z.string().max(8192).openapi({ example: "/etc/hostname" }),
      attributes: z
        .record(z.string(), CedarValue)
        .optional()
        .openapi({ description: "What the id does not say, as of a process its name, username and command" }),
    }),
    context: z.record(z.string(), CedarValue).default({}),
  })
  .openapi("ExplainRequest");

export const ExplanationSchema = z
  .object({
    decision: z.enum(OUTCOMES).openapi({
      description: "ask: somebody has to approve it; dry_run: allowed, but this caller only observes",
    }),
    policies: z.array(z.string()).openapi({ description: "Ids of the policies that decide it" }),
    reasons: z.array(z.string()),
    policy_revision: z.string(),
  })
  .openapi("Explanation");

export const PolicySchema = z.object({ policy_revision: z.string(), text: z.string() }).openapi("Policy");

/** What the policy says: of a request, and its text for those who own it. */
export function policyRoutes(app: OpenAPIHono<Env>, served: Served): void {
  const { agent } = served;

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/explain",
      summary: "Whether the caller's runs may do something, and why; nothing is done",
      middleware: authentication(served, "read"),
      request: { body: { required: true, content: json(ExplainBody) } },
      responses: { 200: answer("What would come of it", ExplanationSchema), ...PROBLEM },
    }),
    async (c) => {
      const { resource, ...question } = c.req.valid("json");
      const { attributes, ...uid } = resource;
      const asked = { ...question, resource: { ...uid, ...(attributes ? { attributes } : {}) } };
      const explained = await agent.explain(c.get("caller").principal, asked, served.waitMs);
      if ("refused" in explained) throw new Problem("body_invalid", explained.refused);
      const { revision, ...rest } = explained;
      return c.json({ ...rest, policy_revision: revision }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/policy",
      summary: "The policy in force",
      middleware: authentication(served, "admin"),
      responses: { 200: answer("The policy", PolicySchema), ...PROBLEM },
    }),
    (c) => {
      const { revision, text } = agent.inForce.read();
      return c.json({ policy_revision: revision, text }, 200);
    },
  );
}
