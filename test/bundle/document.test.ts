/** What docs/bundles.md shows makes a bundle. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildBundle, findingText } from "../../src/bundle/content/index.ts";
import { HOST } from "../../src/cli/bundle/host.ts";

setDefaultTimeout(60_000);
const root = join(import.meta.dirname, "../..");
const document = readFileSync(join(root, "docs/bundles.md"), "utf8");

/** The first block of a language that has `text` in it. */
function block(language: string, text: string): string {
  const blocks = [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))];
  const [, found] = blocks.find(([, content = ""]) => content.includes(text)) ?? [];
  if (found === undefined) throw new Error(`no ${language} with ${text}`);
  return found;
}

test("metadata, schema, entities and a policy test", async () => {
  const policies = readFileSync(join(root, "examples/fleet/bundle/policies/service.cedar"), "utf8");
  const files = {
    "metadata.json": block("json", '"format"'),
    "schema.cedarschema": block("cedar", "namespace shops"),
    "entities/all.json": block("json", "shops::Site"),
    "policies/service.cedar": policies,
    "tests/service.json": block("json", '"num_errors"'),
  };
  const built = await buildBundle(
    new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
    HOST,
  );
  expect(built.findings.map(findingText)).toEqual([
    "warning: no policy test is determined by look-at-the-till",
  ]);
  expect(built.tests.flatMap(({ faults }) => faults)).toEqual([]);
  expect(built.archive).toBeDefined();
});
