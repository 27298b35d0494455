import { withCedar } from "../../policy/cedar.ts";
import { type PolicySet, validate } from "../../policy/index.ts";
import { BundleError } from "../errors.ts";
import { type BundleContent, metadataFile } from "./content.ts";
import { type Finding, findingOf } from "./finding.ts";
import { lineOf } from "./json-file.ts";
import { advice, broadPermits } from "./lint.ts";
import { placing, policiesOf } from "./policies.ts";
import { failuresOf, runTests, type TestResult } from "./run-tests.ts";

/** Why a script does not compile; line and column count from 1, 0 where they are not known. */
export interface ScriptFault {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The executable under which a bundle is to be used. */
export interface Host {
  /** Of Remit: `0.1.0`. */
  readonly version: string;
  /** Makes ready what a check of `content` takes. */
  readonly prepare?: (content: BundleContent) => Promise<void>;
  /** Compiles a script without running anything of it. */
  readonly compile: (script: string) => Promise<ScriptFault | undefined>;
  /** What this very program has validated before: texts of policies, and the schema that they were validated against. */
  readonly validated?:
    | { readonly texts: ReadonlySet<string>; readonly schema: string | undefined }
    | undefined;
  /** A bundle's policies and those that hold beside them on each host. @throws {PolicyError} */
  readonly complete: (set: PolicySet) => PolicySet;
}

/** What came of a check. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly tests: readonly TestResult[];
  /** How many there are. */
  readonly policies: number;
}

/**
 * All that is wrong with a bundle under this executable: its policies under strict validation, its entities, its scripts
 * and its tests. What keeps the others from being looked at is found alone.
 */
export async function checkContent(content: BundleContent, host: Host): Promise<Checked> {
  try {
    await host.prepare?.(content);
    expectUsableHere(content, host);
    const owned = policiesOf(content);
    const set = placing(content, undefined, () => host.complete(owned));
    const scripts = await scriptFaults(content, host);
    const tests = runTests(content, set);
    const findings = [
      ...validate(unseen(owned, host)).map(
        ({ severity, message, file, position }): Finding => ({
          severity,
          code: "policy_invalid",
          message: message.replace(/\n/g, " "),
          file,
          ...position,
        }),
      ),
      ...broadPermits(owned),
      ...scripts,
      ...failuresOf(tests),
      ...advice(content, owned, tests),
    ];
    return { findings, tests, policies: owned.policies.length };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { findings: [findingOf(error)], tests: [], policies: 0 };
  }
}

/** From one bundle to the next most policies stay, and what is found in one depends on its text and the schema alone. */
function unseen(set: PolicySet, { validated }: Host): PolicySet {
  if (validated === undefined || validated.schema !== set.schema?.text) return set;
  return { ...set, policies: set.policies.filter(({ text }) => !validated.texts.has(text)) };
}

/** @throws {BundleError} `bundle_needs_newer` */
function expectUsableHere({ metadata, files }: BundleContent, { version }: Host): void {
  const cedar = withCedar((engine) => engine.getCedarSDKVersion());
  const file = metadataFile(files);
  for (const [field, what, has] of [
    ["min_agent", "Remit", version],
    ["cedar_version", "Cedar", cedar],
  ] as const) {
    if (isAtLeast(has, metadata[field])) continue;
    const message = `it needs ${what} ${metadata[field]}, and this is ${what} ${has}; update Remit first`;
    throw new BundleError("bundle_needs_newer", message, { file: file.name, line: lineOf(file, [field]) });
  }
}

/** Compares versions number by number. */
function isAtLeast(has: string, needed: string): boolean {
  const [ours, theirs] = [has, needed].map((version) => version.split(".").map(Number));
  for (const [index, number] of (theirs ?? []).entries()) {
    const own = ours?.[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

async function scriptFaults({ scripts }: BundleContent, { compile }: Host): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name: file, text } of scripts.values()) {
    const fault = await compile(text);
    if (fault === undefined) continue;
    const place = fault.line > 0 ? { line: fault.line, column: fault.column } : {};
    findings.push({ severity: "error", code: "script_invalid", message: fault.message, file, ...place });
  }
  return findings;
}
