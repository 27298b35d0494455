import { type BundleContent, diffBundles, diffText, readBundle } from "../../bundle/content/index.ts";
import { HOST } from "../bundle/host.ts";

/**
 * What a bundle changes for the devices of its channel, in lines.
 * @param before the one that is in force; undefined if there is none yet
 * @throws {BundleError} when one of them cannot be read
 */
export function bundleChanges(before: Uint8Array | undefined, after: Uint8Array): readonly string[] {
  const next = readBundle(after);
  const old = before === undefined ? emptied(next) : readBundle(before);
  const diff = diffBundles(old, next, HOST.complete);
  // Of what is code the summary has the names; who signs it reads it.
  const code = [...diff.schema, ...diff.scripts].flatMap(({ name, before, after }) => [
    "",
    `text of ${name}:`,
    ...lines("-", before),
    ...lines("+", after),
  ]);
  return [...diffText(diff).trimEnd().split("\n"), ...code];
}

const lines = (sign: string, text: unknown): readonly string[] =>
  typeof text === "string"
    ? text
        .trimEnd()
        .split("\n")
        .map((line) => `  ${sign} ${line}`)
    : [];

/** A bundle with nothing in it, to be compared with the first one of a channel. */
const emptied = ({ metadata }: BundleContent): BundleContent => ({
  metadata,
  policies: [],
  schema: undefined,
  entities: [],
  limits: {},
  scripts: new Map(),
  tests: [],
  files: new Map(),
});
