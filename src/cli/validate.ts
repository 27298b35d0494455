import { type Finding, PolicyError, parsePolicySet, validate } from "../policy/index.ts";
import { RunError } from "../runner/errors.ts";
import type { Given } from "./command.ts";
import { findingText } from "./findings.ts";
import { POLICY, readText } from "./inputs.ts";
import { forStandardOutput, print, printError } from "./terminal.ts";

/** `remit validate`: 0 when strict validation finds nothing, else 1. */
export function validatePolicy({ options }: Given): number {
  const path = options.get("policy-file") ?? "";
  let source: string;
  try {
    source = readText(path, POLICY);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    printError(`error: ${error.message}\n`);
    return 1;
  }
  const { policies, findings } = check(source);
  if (options.has("json")) print(`${JSON.stringify({ policyFile: path, policies, findings })}\n`);
  else if (findings.length === 0) print(`${path}: ${count(policies)}, nothing found\n`);
  else {
    print(forStandardOutput(findings.map((finding) => `${findingText(path, finding)}\n`).join("")));
  }
  return findings.length === 0 ? 0 : 1;
}

function check(source: string): { readonly policies: number; readonly findings: readonly Finding[] } {
  try {
    const set = parsePolicySet(source);
    return { policies: set.policies.length, findings: validate(set) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { explained: message, position } = error;
    return { policies: 0, findings: [{ severity: "error", message, ...(position ? { position } : {}) }] };
  }
}

const count = (policies: number): string => (policies === 1 ? "1 policy" : `${policies} policies`);
