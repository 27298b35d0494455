import { isDeepStrictEqual } from "node:util";
import type { Case, Observed } from "./case.ts";

/** What of `got` disagrees with the record of `test`; empty when it agrees. */
export function disagreements(test: Case, got: Observed): readonly string[] {
  const { expect, compare } = test;
  if (got.status !== expect.status)
    return [`status ${got.status}, expected ${expect.status}: ${got.message ?? ""}`];
  const found: string[] = [];
  const check = (what: string, agrees: boolean, gotValue: unknown, expected: unknown) => {
    if (!agrees) found.push(`${what} ${JSON.stringify(gotValue)}, expected ${JSON.stringify(expected)}`);
  };
  check("error_type", got.error_type === expect.error_type, got.error_type, expect.error_type);
  if (expect.status === "SUCCESS") {
    check(
      "output",
      outputAgrees(compare.output ?? "exact", got.output ?? "", expect.output ?? ""),
      got.output,
      expect.output,
    );
  } else {
    check(
      "message",
      messageAgrees(compare.message ?? "none", got.message, expect.message),
      got.message,
      expect.message,
    );
  }
  for (const field of compare.also ?? []) {
    check(field, isDeepStrictEqual(got[field], expect[field]), got[field], expect[field]);
  }
  for (const [path, snapshot] of Object.entries(expect.after ?? {})) {
    check(`after ${path}`, isDeepStrictEqual(got.after?.[path], snapshot), got.after?.[path], snapshot);
  }
  return found;
}

function outputAgrees(rule: string, got: string, expected: string): boolean {
  if (rule === "exact") return got === expected;
  if (rule.startsWith("regex:")) return new RegExp(rule.slice("regex:".length)).test(got);
  if (rule !== "json") return true;
  try {
    return isDeepStrictEqual(JSON.parse(got), JSON.parse(expected));
  } catch {
    return false;
  }
}

function messageAgrees(rule: string, got: string | undefined, expected: string | undefined): boolean {
  if (rule === "exact") return got === expected;
  if (rule.startsWith("contains:")) return (got ?? "").includes(rule.slice("contains:".length));
  return true;
}
