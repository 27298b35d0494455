/** Bundles for the tests of this folder. */
import type { Files } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import type { Host } from "./check.ts";

export const METADATA = {
  format: 1,
  fleet: "shops",
  channel: "prod",
  revision: "git:abc123",
  cedar_version: "4.13",
  min_agent: "0.1.0",
  created: "2026-01-31T12:00:00Z",
};
export const READ = `@id("read") permit(principal, action == file_system::Action::"read", resource);`;

type Texts = { readonly [path: string]: unknown };

/** The files of a bundle: those of a small one, with others instead. What is no text becomes JSON; `undefined` leaves one out. */
export function bundleFiles(texts: Texts = {}): Files {
  const all: Texts = { "metadata.json": METADATA, "policies/read.cedar": READ, ...texts };
  return new Map(
    Object.entries(all).flatMap(([path, content]) =>
      content === undefined
        ? []
        : [
            [
              path,
              Buffer.from(typeof content === "string" ? content : JSON.stringify(content, undefined, 1)),
            ],
          ],
    ),
  );
}

/** An executable that takes every script but those with `!!!`, and has one policy of its own. */
export const HOST: Host = {
  version: "0.1.0",
  compile: async (script) => {
    const lines = script.split("\n");
    const line = lines.findIndex((text) => text.includes("!!!")) + 1;
    return line === 0 ? undefined : { message: "Unexpected '!'", line, column: 1 };
  },
  complete: (set) => set,
};

/** `code file:line: message` of the refusal of `action`, or nothing. */
export function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BundleError) return `${error.code} ${error.located}`;
    throw error;
  }
  return "";
}

/** A policy test of who reads `path`. */
export const readTest = (path: string, decision: "allow" | "deny", more: object = {}) => ({
  request: {
    principal: 'User::"root"',
    action: 'file_system::Action::"read"',
    resource: `file_system::File::"${path}"`,
    context: {},
  },
  entities: [],
  decision,
  reason: [],
  num_errors: 0,
  ...more,
});
