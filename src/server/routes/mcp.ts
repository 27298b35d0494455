import type { OpenAPIHono } from "@hono/zod-openapi";
import { authentication } from "../authentication.ts";
import type { Env, Served } from "../context.ts";
import type { Endpoint } from "../mcp/endpoint.ts";
import { PROBLEM } from "../schemas.ts";

const PATH = "/mcp";

/** The Model Context Protocol, behind the same doors as everything else. */
export function mcpRoute(app: OpenAPIHono<Env>, served: Served, port: number | undefined): void {
  const host = port === undefined ? "localhost" : `localhost:${port}`;
  // Its library takes 30 MB: an agent that nobody speaks to in this protocol does without.
  let loading: Promise<Endpoint> | undefined;
  const load = async (): Promise<Endpoint> => {
    const { createEndpoint } = await import("../mcp/endpoint.ts");
    return createEndpoint(served, (request) => app.fetch(request), host);
  };
  app.openAPIRegistry.registerPath({
    method: "post",
    path: PATH,
    summary: "The Model Context Protocol, by Streamable HTTP; its tools are the other routes once more",
    requestBody: { required: true, content: { "application/json": { schema: { type: "object" } } } },
    responses: {
      200: {
        description: "An answer of the protocol",
        content: { "application/json": {}, "text/event-stream": {} },
      },
      202: { description: "A notification was taken" },
      ...PROBLEM,
    },
  });
  app.all(PATH, authentication(served, "read"), async (c) => {
    loading ??= load();
    return (await loading)(c);
  });
}
