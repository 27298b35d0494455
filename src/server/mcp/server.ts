import { McpServer } from "@modelcontextprotocol/server";
import type { Scope } from "../../agent/index.ts";
import type { Catalogue } from "../catalogue.ts";
import type { Send } from "./api.ts";
import { offerResources } from "./resources.ts";
import { offerTools } from "./tools.ts";

const INSTRUCTIONS = `Remit runs Rhai scripts on this host. The owner's Cedar policy decides about each operation when it happens.
- list_capabilities has the functions of scripts; with a name, what one does and what it asks the policy for.
- Ask explain_policy, or use run_script with dry_run, before something that changes the host.
- A denial is an answer, not a fault: read denials and next_steps. What is "forbidden" is so on purpose: do not try other
  ways to the same effect. What is "not_permitted" may be missing in the policy: do without it, or tell your user which
  action on which resource is needed. What waits for an approval is decided by the owner: tell your user.
- After "killed" do not try again: the owner has stopped everything.`;

export interface McpOptions {
  readonly version: string;
  /** Of the token whose requests it sends. */
  readonly scope: Scope;
  readonly send: Send;
  readonly catalogue: Catalogue;
}

/** The agent as an MCP server: its API once more, for one request or one connection. */
export function createMcpServer({ version, scope, send, catalogue }: McpOptions): McpServer {
  const server = new McpServer({ name: "remit", title: "Remit", version }, { instructions: INSTRUCTIONS });
  offerTools(server, send, scope);
  offerResources(server, send, scope, catalogue);
  return server;
}
