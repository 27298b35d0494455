import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type DenialRecord, uidText } from "../../agent/index.ts";
import { LIMITS } from "../../platform/limits.ts";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { answer, PROBLEM } from "../schemas.ts";

const PAGE = 50;

const DenialsQuery = z.object({
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "None that is older", example: "2026-01-31T12:00:00Z" }),
  limit: z.coerce.number().int().min(1).max(LIMITS.denialsPage).default(PAGE),
  before: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/)
    .optional()
    .openapi({ description: "`next` of the page before" }),
});

const Reason = z.enum(["forbidden", "not_permitted", "check_failed"]);

export const DenialsSchema = z
  .object({
    denials: z.array(
      z.object({
        seq: z.number().openapi({ description: "Of its record in the decision log" }),
        time: z.string(),
        run: z.string(),
        principal: z.string(),
        action: z.string(),
        resource: z.object({ type: z.string(), id: z.string() }),
        reason: Reason,
        policies: z.array(z.string()),
        dry_run: z.boolean(),
        policy_revision: z.string(),
      }),
    ),
    next: z
      .string()
      .optional()
      .openapi({ description: "There may be more: ask for what is `before` this. A page may be empty" }),
  })
  .openapi("Denials");

/** What was denied, of all runs that the decision log remembers. */
export function denialRoutes(app: OpenAPIHono<Env>, served: Served): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/denials",
      summary: "What the policy denied, the newest first; of others only for administrators",
      middleware: authentication(served, "read"),
      request: { query: DenialsQuery },
      responses: { 200: answer("Denials", DenialsSchema), ...PROBLEM },
    }),
    (c) => {
      const { since, limit, before } = c.req.valid("query");
      const { principal, scope } = c.get("caller");
      const [file = 0, offset = 0] = before?.split("-").map(Number) ?? [];
      const page = served.agent.denials({
        limit,
        ...(scope === "admin" ? {} : { principal: uidText(principal) }),
        ...(since === undefined ? {} : { since: new Date(since) }),
        ...(before === undefined ? {} : { before: { file, offset } }),
      });
      const next = page.next ? { next: `${page.next.file}-${page.next.offset}` } : {};
      return c.json({ denials: page.denials.map(view), ...next }, 200);
    },
  );
}

function view({
  seq,
  time,
  run,
  principal,
  action,
  resource,
  policies,
  errors,
  dryRun,
  revision,
}: DenialRecord) {
  const because = errors ? "check_failed" : "not_permitted";
  const reason: z.infer<typeof Reason> = policies.length > 0 ? "forbidden" : because;
  return {
    seq,
    time,
    run,
    principal,
    action,
    resource,
    reason,
    policies: [...policies],
    dry_run: dryRun ?? false,
    policy_revision: revision,
  };
}
