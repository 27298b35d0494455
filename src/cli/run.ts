import { createEngine, prepareEngine } from "../engine/index.ts";
import { endProcessAfter } from "../platform/bun-alarm.ts";
import { effectiveUser } from "../platform/identity.ts";
import { LIMITS } from "../platform/limits.ts";
import { duringRun } from "../platform/run-end.ts";
import {
  createAccess,
  PolicyError,
  type PolicySet,
  parsePolicySet,
  parseStrictly,
  prepareCedar,
} from "../policy/index.ts";
import { logLevel, RunError, type RunResult, refusedResult, runScript } from "../runner/index.ts";
import { type Given, UsageError } from "./command.ts";
import { MAX_TIMEOUT_SECONDS } from "./commands.ts";
import { Denials } from "./denials.ts";
import { readInputs } from "./inputs.ts";
import { resultJson, resultText } from "./result-text.ts";
import { ENGINE_OPTIONS, runLimits } from "./run-limits.ts";
import { forStandardError, forStandardOutput, print, printError } from "./terminal.ts";
import { cancellation } from "./termination.ts";

/** Time after its own that a run has to give an answer, in milliseconds; then the process is ended without one. */
const UNANSWERED_MS = 10_000;

/**
 * `remit run`: 0 when the script ran, also if it was denied something or threw; 1 when it could not be run or was stopped
 * by a limit. For `rex-runner`'s callers a script that was attempted is 0 in any case.
 */
export async function run(given: Given): Promise<number> {
  if (given.options.has("agent")) return (await import("./agent/run.ts")).runByAgent(given);
  const timeMs = timeout(given.options.get("timeout"));
  const format = given.options.get("output-format") ?? "json";
  const denials = new Denials();
  let outcome: Outcome;
  try {
    outcome = await attempt(given, timeMs, format === "human" ? denials : undefined);
  } catch (error) {
    // Whoever starts scripts reads this as a result, whatever the format.
    print(resultJson(refusedResult(asRunError(error), given.startedAt)));
    return 1;
  }
  const { result, policies } = outcome;
  if (format === "human") {
    const { out, error } = resultText(result, given.options.has("verbose"));
    print(forStandardOutput(out));
    printError(forStandardError(error));
    if (denials.any) await explainDenials(denials, policies, given.options.get("policy-file") ?? "");
  } else print(resultJson(result, format === "pretty-json" ? 2 : undefined));
  return given.dropIn || hasRun(result) ? 0 : 1;
}

const NOT_COMPILED = "RexRunnerScriptCompilationFailure";

/** Whether the script ran to an end of its own. Scripts cannot publish an alarm of that name. */
export const hasRun = ({ error, alarms = [] }: RunResult): boolean =>
  error?.limit === undefined && !alarms.some(({ alarm_type }) => alarm_type === NOT_COMPILED);

interface Outcome {
  readonly result: RunResult;
  readonly policies: PolicySet;
}

async function attempt(
  { options, startedAt }: Given,
  timeMs: number,
  denials: Denials | undefined,
): Promise<Outcome> {
  // Other threads compile both while this one reads and evaluates what follows; the script's engine is made ready
  // while Cedar is still compiled.
  later(prepareEngine());
  const cedar = later(prepareCedar());
  const inputs = readInputs(options);
  const sdk = await import("../sdk/index.ts");
  const engine = later(createEngine(sdk.surface.manifest, ENGINE_OPTIONS));
  const { name: user } = effectiveUser();
  await cedar;
  const policies = loadPolicies(inputs.policy, options.has("strict"));
  if (inputs.argumentsRefused) throw inputs.argumentsRefused;
  const program = {
    manifest: sdk.surface.manifest,
    call: sdk.callOperation,
    importModule: sdk.importModule,
  };
  const ready = await engine;
  const cancelled = cancellation();
  const callOff = endProcessAfter(timeMs + UNANSWERED_MS);
  try {
    const result = await duringRun(timeMs, cancelled, () =>
      runScript(ready, program, {
        script: inputs.script,
        arguments: inputs.arguments,
        access: createAccess(policies, user, denials ? { onDecision: denials.record } : {}),
        limits: runLimits(timeMs),
        cancelled,
        logLevel: logLevel(process.env["LOG_LEVEL"]),
        startedAt,
      }),
    );
    return { result, policies };
  } finally {
    callOff();
  }
}

/** `promise`, whose failure is told to whoever awaits it; if nobody does, something else failed first. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function loadPolicies(source: string, strict: boolean): PolicySet {
  try {
    return strict ? parseStrictly(source) : parsePolicySet(source);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { code, message, position, help } = error;
    const what =
      code === "policy_invalid"
        ? "The policy does not pass strict validation"
        : "Failed to parse Cedar policy - check syntax and structure";
    const place = position ? `line ${position.line}, column ${position.column}` : undefined;
    const hint = [place, help].filter((part) => part !== undefined).join("; ");
    throw new RunError("policy_refused", `Failed to create Rhai engine: ${what}: ${message}`, {
      cause: error,
      ...(hint === "" ? {} : { hint }),
    });
  }
}

/** Tells the policy's owner what was denied and why, and what of the policy cannot work as written. */
async function explainDenials(denials: Denials, policies: PolicySet, path: string): Promise<void> {
  printError(forStandardError(denials.explained()));
  const [{ validate }, { findingText }] = await Promise.all([
    import("../policy/validate.ts"),
    import("./findings.ts"),
  ]);
  for (const finding of validate(policies)) {
    printError(forStandardError(`${findingText(path, finding)}\n`));
  }
}

function asRunError(error: unknown): RunError {
  if (error instanceof RunError) return error;
  const [line = ""] = String(error).split("\n", 1);
  return new RunError("engine_failed", `a fault of Remit: ${line}`, { cause: error });
}

/** Milliseconds of `--timeout`; the most that there are unless it is given. @throws {UsageError} */
export function timeout(seconds: string | undefined): number {
  if (seconds === undefined) return LIMITS.timeMs;
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(seconds) ? Number(seconds) : 0;
  if (value > 0 && value <= MAX_TIMEOUT_SECONDS) return value * 1000;
  throw new UsageError(
    `'${seconds}' is no value of --timeout SECONDS; it takes more than 0 and at most ${MAX_TIMEOUT_SECONDS}`,
  );
}
