import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AUTONOMY, type Run, uidText } from "../../agent/index.ts";
import { argumentsText } from "../arguments-text.ts";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import { Problem } from "../problem.ts";
import { answerRun } from "../run-answer.ts";
import { runEvents } from "../run-events.ts";
import { runSummary } from "../run-view.ts";
import {
  answer,
  EventsHeaders,
  IdParameter,
  json,
  PROBLEM,
  RunBody,
  RunHeaders,
  RunListSchema,
  RunSchema,
  RunsQuery,
  WaitQuery,
} from "../schemas.ts";
import { parseTraceparent } from "../trace-context.ts";

/** Runs: ask for one, look at it, follow it, end it. */
export function runRoutes(app: OpenAPIHono<Env>, served: Served): void {
  const { agent, followers, keys } = served;
  const run = authentication(served, "run");
  const read = authentication(served, "read");
  const params = { params: IdParameter };

  app.openapi(
    createRoute({
      method: "post",
      path: "/v1/runs",
      summary: "Run a script",
      middleware: run,
      request: { headers: RunHeaders, body: { required: true, content: json(RunBody) } },
      responses: {
        200: answer("The run is over", RunSchema),
        202: answer("The run goes on", RunSchema),
        ...PROBLEM,
      },
    }),
    async (c) => {
      const {
        script,
        name,
        timeout_ms = served.timeMs,
        dry_run,
        wait_ms = served.waitMs,
      } = c.req.valid("json");
      const { principal, autonomy } = c.get("caller");
      const body = await c.req.text();
      const trace = parseTraceparent(c.req.header("traceparent"));
      const key = c.req.header("idempotency-key");
      const first =
        key === undefined ? undefined : keys.begin(`${principal.type} ${principal.id}`, key, body);
      if (first !== undefined && "run" in first) {
        const made = agent.runs.get(first.run);
        if (made === undefined) throw new Problem("idempotency_forgotten", `it began the run ${first.run}`);
        return answerOf(c, made);
      }
      try {
        const asked = agent.submit({
          ...(script === undefined ? {} : { script }),
          ...(name === undefined ? {} : { name }),
          arguments: argumentsText(body),
          principal,
          timeoutMs: Math.min(timeout_ms, served.timeMs),
          dryRun: dry_run || autonomy === AUTONOMY.observe,
          requestId: c.get("requestId"),
          ...(trace === undefined ? {} : { trace }),
        });
        first?.began(asked.id);
        await agent.over(asked, Math.min(wait_ms, served.waitMs));
        return answerOf(c, asked);
      } finally {
        first?.over();
      }
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/runs",
      summary: "The runs that are known, the latest first, without their results",
      middleware: read,
      request: { query: RunsQuery },
      responses: { 200: answer("Runs", RunListSchema), ...PROBLEM },
    }),
    (c) => {
      const runs = visible(agent.runs.all(), c.get("caller"));
      return c.json({ runs: runs.slice(0, c.req.valid("query").limit).map(runSummary) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/runs/{id}",
      summary: "A run, with its result when it is over",
      middleware: read,
      request: { ...params, query: WaitQuery },
      responses: { 200: answer("The run", RunSchema), ...PROBLEM },
    }),
    async (c) => {
      const found = find(c.req.valid("param").id, c.get("caller"));
      await agent.over(found, Math.min(c.req.valid("query").wait_ms, served.waitMs));
      return answerRun(c, found, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/runs/{id}/events",
      summary:
        "What happens in a run, as it happens; Last-Event-ID goes on where an earlier answer broke off",
      middleware: read,
      request: { ...params, headers: EventsHeaders },
      responses: { 200: { description: "Events", content: { "text/event-stream": {} } }, ...PROBLEM },
    }),
    (c) => {
      const found = find(c.req.valid("param").id, c.get("caller"));
      const after = Number(c.req.header("last-event-id") ?? 0);
      const headers = { "content-type": "text/event-stream" };
      // Nobody would read what answers HEAD; it says, as for GET, that it has no length.
      if (c.req.method === "HEAD")
        return new Response(null, { headers: { ...headers, "transfer-encoding": "chunked" } });
      return new Response(runEvents(found, Number.isSafeInteger(after) ? after : 0, followers.take()), {
        headers,
      });
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/v1/runs/{id}",
      summary: "End a run before its time",
      middleware: run,
      request: params,
      responses: { 202: answer("It is being ended", RunSchema), ...PROBLEM },
    }),
    (c) => {
      const found = find(c.req.valid("param").id, c.get("caller"));
      agent.cancel(found, c.get("caller").principal);
      return answerRun(c, found, 202);
    },
  );

  function answerOf(c: Context<Env>, asked: Run) {
    c.header("location", `/v1/runs/${asked.id}`);
    return asked.isOver ? answerRun(c, asked, 200) : answerRun(c, asked, 202);
  }

  /** Runs of others are only for administrators; whether there is such a run is not told either. */
  function find(id: string, caller: Env["Variables"]["caller"]): Run {
    const [found] = visible(
      [agent.runs.get(id)].flatMap((known) => known ?? []),
      caller,
    );
    if (found === undefined) throw new Problem("run_not_found", `there is no run ${id}`);
    return found;
  }
}

function visible(runs: readonly Run[], { principal, scope }: Env["Variables"]["caller"]): readonly Run[] {
  return runs.filter(({ owner }) => scope === "admin" || owner === uidText(principal));
}
