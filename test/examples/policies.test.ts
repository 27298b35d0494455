/** The policies of all examples: valid, and narrow. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import { Workspace } from "../cli/remit.ts";
import { EXAMPLES, text } from "./files.ts";
import { SsmDocument } from "./ssm-document.ts";

/** Those of a bundle stand on its schema and entities: `remit bundle test` checks them. */
const BUNDLE = "fleet/bundle";
const files = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" }).filter(
  (file) => !file.startsWith(`${BUNDLE}/`),
);
const policies = [
  ...files.filter((file) => file.endsWith(".cedar")).map((file) => ({ name: file, policy: text(file) })),
  ...files
    .filter((file) => /^ssm\/.*\.yaml$/.test(file))
    .flatMap((file) => {
      const { policy } = new SsmDocument(file.slice("ssm/".length));
      return policy === undefined ? [] : [{ name: file, policy }];
    }),
].sort((one, other) => one.name.localeCompare(other.name));

test("are all that there are", () => {
  expect(policies.map(({ name }) => name)).toEqual([
    "claude-code/policy.cedar",
    "curl/policy.cedar",
    "etc/remit/policy.cedar",
    "python-agent/denying.cedar",
    "python-agent/permitting.cedar",
    "ssm/remit-read-only.yaml",
    "ssm/remit-read-write.yaml",
  ]);
});

test("those of a bundle pass all checks of it, and their tests", () => {
  const work = new Workspace();
  try {
    const { status, stdout } = work.call(["bundle", "test", join(EXAMPLES, BUNDLE), "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, failed: 0 });
  } finally {
    work.remove();
  }
});

describe.each(policies)("$name", ({ name, policy }) => {
  test("passes strict validation without a warning", () => {
    const work = new Workspace();
    try {
      const found = work.call(["validate", "-p", work.file("p.cedar", policy)]);
      expect(found.stdout).toMatch(/: \d+ policies, nothing found\n$/);
      expect(found.status).toBe(0);
    } finally {
      work.remove();
    }
  });

  test("permits named actions, to somebody, on something, and each under a name", () => {
    for (const each of permitsOf(policy)) {
      expect(each.action.op).not.toBe("All");
      // Runs without an agent are those of whoever starts them.
      if (!name.startsWith("ssm/")) expect(each.principal.op).not.toBe("All");
      if (each.resource.op === "All") expect(each.conditions).not.toEqual([]);
      expect(each.annotations?.["id"]).toBeDefined();
    }
  });
});

function permitsOf(policy: string) {
  const parts = policySetTextToParts(policy);
  if (parts.type !== "success") throw new Error(JSON.stringify(parts));
  return parts.policies.flatMap((part) => {
    const parsed = policyToJson(part);
    if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));
    return parsed.json.effect === "permit" ? [parsed.json] : [];
  });
}
