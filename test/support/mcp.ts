/** What tests with clients of the Model Context Protocol share. */
import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { AgentProcess } from "./agent-process.ts";
import { executable } from "./executable.ts";

/** What of a tool's structured content these tests look at. */
export interface Content {
  readonly id?: string;
  readonly state?: string;
  readonly output?: string;
  readonly truncated?: boolean;
  readonly decision?: string;
  readonly policies?: readonly string[];
  readonly denials?: readonly { readonly resource: { readonly id: string }; readonly reason: string }[];
  readonly problem?: { readonly code: string };
  readonly next_steps?: readonly string[];
  readonly functions?: readonly { readonly name: string; readonly checks: readonly string[] }[];
  readonly areas?: readonly { readonly signatures: readonly string[] }[];
  readonly limits?: { readonly [name: string]: number };
  readonly scripts?: readonly string[];
}

/** Calls a tool; what it says as text must be what it says as data. */
export async function call(client: Client, name: string, args: object = {}, options = {}) {
  const { isError, structuredContent, content } = await client.callTool(
    { name, arguments: { ...args } },
    options,
  );
  const [text] = content;
  if (structuredContent !== undefined && text?.["type"] === "text")
    expect(JSON.parse(text.text)).toEqual(structuredContent);
  return { isError: isError ?? false, text, ...(structuredContent as Content) };
}

const TRANSPORTS = {
  HTTP: (agent: AgentProcess, token: string) => {
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    return new StreamableHTTPClientTransport(new URL(`${agent.url}/mcp`), { requestInit });
  },
  stdio: (agent: AgentProcess, token: string) => {
    const file = join(agent.path, "token");
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    const args = ["mcp", "--state", agent.state, "--token-file", file];
    return new StdioClientTransport({ command: executable(), args, stderr: "pipe" });
  },
} as const;

const ERAS = { "2025-11-25": "legacy", "2026-07-28": { pin: "2026-07-28" } } as const;

/** How a client reaches the agent, and in which revision of the protocol. */
export interface Connection {
  readonly transport?: keyof typeof TRANSPORTS;
  readonly era?: keyof typeof ERAS;
}

/** Calls `use` with a client that is connected to `agent` with `token`, and closes it. */
export async function withClient<T>(
  agent: AgentProcess,
  token: string,
  use: (client: Client) => Promise<T>,
  { transport = "HTTP", era = "2026-07-28" }: Connection = {},
): Promise<T> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: ERAS[era] } });
  await client.connect(TRANSPORTS[transport](agent, token));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
