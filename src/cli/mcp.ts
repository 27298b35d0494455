import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { sendToSocket } from "../platform/bun-socket-http.ts";
import { readSecret } from "../platform/secret-file.ts";
import { ApiError, type ApiProblem, ask, type Send } from "../server/mcp/api.ts";
import { CallerSchema } from "../server/routes/capabilities.ts";
import { agentSettings, isForeseen, isUnreadable } from "./agent/connect.ts";
import type { Given } from "./command.ts";
import { catalogue } from "./embedded-catalogue.ts";
import { printError } from "./terminal.ts";

/** As RFC 6750 has it. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** `remit mcp`: the agent for a client that starts its servers as programs. */
export async function mcp({ options }: Given): Promise<number> {
  try {
    const { state, socket } = agentSettings(options);
    const tokenFile = options.get("token-file") ?? join(state, "token");
    const pending = new Set<Promise<Response>>();
    const send = sender(socket, readToken(tokenFile), pending);
    const { scope } = await ask(send, { method: "GET", path: "/v1/caller" }, CallerSchema);
    const { serveMcpOnStdio } = await import("../server/mcp/stdio.ts");
    await serveMcpOnStdio({ version: packageJson.version, scope, send, catalogue });
    // Runs whose answers nobody can take are being cancelled.
    await Promise.allSettled(pending);
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof TokenError || isForeseen(error))) throw error;
    printError(`error: ${error.message}\n`);
    return 1;
  }
}

class TokenError extends Error {
  override readonly name = "TokenError";
}

function readToken(path: string): string {
  let token: string;
  try {
    token = readSecret(path);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new TokenError(`the token in ${path} cannot be read: ${error.message}`, { cause: error });
  }
  if (!TOKEN.test(token)) throw new TokenError(`there is no token in ${path}`);
  return token;
}

/** Sends requests to the agent at `socket`, each on its own: it may be another one after a restart. */
function sender(socket: string, token: string, pending: Set<Promise<Response>>): Send {
  return async ({ method, path, body }) => {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const headers = { authorization: `Bearer ${token}`, ...type };
    const sent = sendToSocket(socket, {
      method,
      target: path,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    pending.add(sent);
    try {
      return await sent;
    } catch (error) {
      throw new ApiError(unreachable(socket, error));
    } finally {
      pending.delete(sent);
    }
  };
}

const unreachable = (socket: string, error: unknown): ApiProblem => ({
  code: "agent_unreachable",
  title: "No agent answers",
  detail: `at ${socket}: ${causeOf(error)}`,
  retryable: true,
  next_steps: ["ask the owner of the host whether the agent runs (remit serve)"],
});

/** What the socket's own error says. */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
};
