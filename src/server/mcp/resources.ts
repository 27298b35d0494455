import { z } from "@hono/zod-openapi";
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
import type { Scope } from "../../agent/index.ts";
import type { Catalogue } from "../catalogue.ts";
import { ask, type Send } from "./api.ts";

const DOCUMENT = "docs://rhai-sdk";
const POLICY = "policy://current";
const MARKDOWN = "text/markdown";
const CEDAR = "text/plain";

const Policy = z.object({ text: z.string() });

/** Offers what can be read: what scripts can call, and to those who own it the policy. */
export function offerResources(server: McpServer, send: Send, scope: Scope, { document }: Catalogue): void {
  server.registerResource(
    "rhai-sdk",
    DOCUMENT,
    { title: "What scripts can call", description: "How to read it, and its chapters", mimeType: MARKDOWN },
    async (uri) => {
      const [introduction = "", ...chapters] = split(await document());
      const list = chapters.map((text) => `- ${titleOf(text)}: ${DOCUMENT}/${nameOf(text)}\n`).join("");
      return textOf(uri, MARKDOWN, `${introduction.replace(/^- \[.*\n/gm, "").trimEnd()}\n\n${list}`);
    },
  );
  server.registerResource(
    "rhai-sdk-chapter",
    new ResourceTemplate(`${DOCUMENT}/{chapter}`, {
      list: async () => {
        const [, ...chapters] = split(await document());
        const resources = chapters.map((text) => ({
          uri: `${DOCUMENT}/${nameOf(text)}`,
          name: nameOf(text),
          title: titleOf(text),
          mimeType: MARKDOWN,
        }));
        return { resources };
      },
    }),
    { title: "A chapter of what scripts can call", mimeType: MARKDOWN },
    async (uri, { chapter }) => {
      const [, ...chapters] = split(await document());
      const found = chapters.find((text) => nameOf(text) === chapter);
      if (found === undefined) throw new ResourceNotFoundError(uri.href);
      return textOf(uri, MARKDOWN, found);
    },
  );
  if (scope !== "admin") return;
  server.registerResource(
    "policy",
    POLICY,
    { title: "The policy in force", description: "In Cedar", mimeType: CEDAR },
    async (uri) => textOf(uri, CEDAR, (await ask(send, { method: "GET", path: "/v1/policy" }, Policy)).text),
  );
}

const textOf = ({ href }: URL, mimeType: string, text: string) => ({
  contents: [{ uri: href, mimeType, text }],
});

/** The introduction and the chapters of `docs/sdk.md`. */
const split = (document: string): readonly string[] => document.split(/^(?=## )/m);

const titleOf = (chapter: string): string => /^## (.*)/.exec(chapter)?.[1] ?? "";
const nameOf = (chapter: string): string =>
  titleOf(chapter)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
