import { z } from "@hono/zod-openapi";
import { createMcpHandler, type McpHttpHandler } from "@modelcontextprotocol/server";
import type { Context } from "hono";
import { SCOPES } from "../../agent/index.ts";
import type { Env, Served } from "../context.ts";
import type { Send } from "./api.ts";
import { parseMessage } from "./message.ts";
import { createMcpServer } from "./server.ts";

/** Streams of changes that clients hold open; nothing of ours changes while a token stays what it is. */
const MAX_SUBSCRIPTIONS = 32;

/** What of a call the requests of its tools have, too. */
const Passed = z.record(z.string(), z.string());

/** Answers requests of the protocol, of both eras; each is served by itself. */
export type Endpoint = (c: Context<Env>) => Promise<Response>;

/**
 * The protocol over HTTP.
 * @param perform the API: handles a request of a tool, which has the token that came with the call
 * @param host by which the API may be called
 */
export function createEndpoint(
  { version, catalogue }: Served,
  perform: (request: Request) => Response | Promise<Response>,
  host: string,
): Endpoint {
  const sender =
    (passed: { readonly [name: string]: string }): Send =>
    async ({ method, path, body }) =>
      perform(
        new Request(`http://${host}${path}`, {
          method,
          headers: {
            ...passed,
            host,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body }),
        }),
      );
  const handler: McpHttpHandler = createMcpHandler(
    ({ authInfo }) => {
      const scope = SCOPES.find((known) => authInfo?.scopes.includes(known));
      if (authInfo === undefined || scope === undefined) throw new Error("nobody was authenticated");
      return createMcpServer({ version, scope, send: sender(Passed.parse(authInfo.extra)), catalogue });
    },
    { maxSubscriptions: MAX_SUBSCRIPTIONS },
  );
  return async (c) => {
    const { principal, scope } = c.get("caller");
    const authorization = c.req.header("authorization") ?? "";
    const traceparent = c.req.header("traceparent");
    const extra: z.infer<typeof Passed> = {
      authorization,
      "x-request-id": c.get("requestId"),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    const authInfo = { token: authorization, clientId: principal.id, scopes: [scope], extra };
    if (c.req.method !== "POST") return handler.fetch(c.req.raw, { authInfo });
    const text = await c.req.text();
    const parsedBody = parsed(text);
    if (parsedBody !== undefined) return handler.fetch(c.req.raw, { authInfo, parsedBody });
    // The library says what is wrong with it, in the words of the protocol.
    const { url, method, headers } = c.req.raw;
    return handler.fetch(new Request(url, { method, headers, body: text }), { authInfo });
  };
}

/** `undefined` of what is no JSON, or is nested too deeply. */
function parsed(text: string): unknown {
  try {
    return parseMessage(text);
  } catch {
    return undefined;
  }
}
