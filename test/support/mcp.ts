/** What tests with clients of the Model Context Protocol share. */
import { expect } from "bun:test";
import type { Client } from "@modelcontextprotocol/client";

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
