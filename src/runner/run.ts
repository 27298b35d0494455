import {
  type HostResult,
  type Manifest,
  type ModuleSource,
  type Position,
  Terminated,
  type Value,
} from "rhai-wasm";
import {
  type Engine,
  EngineError,
  type RunResult as EngineResult,
  type Failure,
  type RunLimits,
} from "../engine/index.ts";
import type { Access } from "../policy/types.ts";
import { ERROR_TYPES, REFUSAL_ALARMS, RunError } from "./errors.ts";
import { failureMessage } from "./failure-message.ts";
import { type Alarm, cutMessage, type Metric, type RunFailure, type RunResult } from "./result.ts";
import { type LogLevel, PublishLimit, type RunListener, RunState } from "./run-state.ts";

/** What scripts can call, and what happens when they do. */
export interface Program {
  readonly manifest: Manifest;
  call(state: RunState, operation: number, args: readonly Value[], position: Position): HostResult;
  importModule(
    state: RunState,
    path: string,
    importer: string | undefined,
    position: Position,
  ): ModuleSource | undefined;
}

export interface RunInput extends RunListener {
  readonly script: string;
  readonly arguments: ReadonlyMap<string, Value>;
  readonly access: Access;
  readonly limits: RunLimits;
  readonly logLevel: LogLevel;
  readonly cancelled?: () => string | undefined;
  readonly walkAst?: boolean;
  /** When the caller began, for the total time; by `performance.now()`. */
  readonly startedAt: number;
}

/** Names that only the agent itself may publish. */
const RESERVED = /^rex/i;

/**
 * Runs one script and makes its result.
 * @throws {RunError} when there is no result: a reserved name was published, or the engine failed
 */
export async function runScript(engine: Engine, program: Program, input: RunInput): Promise<RunResult> {
  const state = new RunState(input.access, input.logLevel, input);
  const began = performance.now();
  const result = await evaluate(engine, program, state, input);
  const scriptTime = performance.now() - began;
  refuseReserved(state, scriptTime);
  const own = ownReports(result);
  const metrics = [
    ...state.metrics,
    ...(own.compiled ? [duration("RexRunnerScriptExecutionTime", scriptTime)] : []),
    ...own.counts,
    duration("RexRunnerTotalExecutionTime", performance.now() - input.startedAt),
  ];
  const alarms = [...state.alarms, ...own.alarms];
  return {
    output: result.status === "ok" ? result.text : "",
    status: result.status === "ok" ? "SUCCESS" : "ERROR",
    ...(own.failure ? { error: own.failure } : {}),
    ...(alarms.length > 0 ? { alarms } : {}),
    metrics,
    logs: state.logs.map((attributes) => ({ attributes })),
  };
}

/** The result of a run that was not started, or that has none. */
export function refusedResult(error: RunError, startedAt: number): RunResult {
  const alarm = REFUSAL_ALARMS[error.code];
  const metrics = alarm?.count === undefined ? [] : [count(alarm.count, "FailureCount")];
  if (error.scriptTime !== undefined)
    metrics.push(duration("RexRunnerScriptExecutionTime", error.scriptTime));
  const details = alarm?.withContext ? error.message : error.message.replace(/^[^:]*: /, "");
  return {
    output: "",
    status: "ERROR",
    error: {
      error_type: ERROR_TYPES[error.code],
      message: cutMessage(error.message),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
    ...(alarm ? { alarms: [{ alarm_type: alarm.type, alarm_details: details }] } : {}),
    metrics: [...metrics, duration("RexRunnerTotalExecutionTime", performance.now() - startedAt)],
  };
}

async function evaluate(
  engine: Engine,
  program: Program,
  state: RunState,
  { script, arguments: scope, limits, cancelled, walkAst = false }: RunInput,
): Promise<EngineResult> {
  try {
    return await engine.run({
      script,
      scope,
      limits,
      walkAst,
      ...(cancelled ? { cancelled } : {}),
      host: {
        call: (operation, args, position) => bounded(() => program.call(state, operation, args, position)),
        // As the script's author wrote it: a debug text of a string stands in quotes.
        debug: (text, { line }) => state.log("DEBUG", text.replace(/^"+|"+$/g, ""), line),
        importModule: (path, importer, position) => program.importModule(state, path, importer, position),
      },
    });
  } catch (cause) {
    const what = cause instanceof EngineError ? cause.message : `a fault of Remit: ${String(cause)}`;
    throw new RunError("engine_failed", what, { cause });
  }
}

function bounded(call: () => HostResult): HostResult {
  try {
    return call();
  } catch (error) {
    if (error instanceof PublishLimit) throw new Terminated(error.message);
    throw error;
  }
}

interface OwnReports {
  /** The script was compiled, so its execution has a time. */
  readonly compiled: boolean;
  readonly alarms: readonly Alarm[];
  readonly counts: readonly Metric[];
  readonly failure?: RunFailure;
}

/** What the agent itself reports of a run. */
function ownReports(result: EngineResult): OwnReports {
  if (result.status === "ok") {
    return {
      compiled: true,
      alarms: [],
      counts: [count("RexRunnerScriptExecutionSuccessCount", "SuccessCount")],
    };
  }
  const message = failureMessage(result);
  const denied = message.toLowerCase().includes("permission denied");
  const name = denied ? "RexRunnerPrivilegeEscalation" : "RexRunnerScriptExecutionFailure";
  const own = failed(name, `Failed to execute script: ${message}`);
  const compilation = result.kind === "parse" ? [compilationFailed(result)] : [];
  return {
    compiled: result.kind !== "parse",
    alarms: [...compilation, own].map(({ alarm }) => alarm),
    counts: [...compilation, own].map(({ metric }) => metric),
    failure: {
      error_type: denied ? "ACCESS_DENIED_EXCEPTION" : "SCRIPT_EXCEPTION",
      message: cutMessage(message),
      ...(result.limit === undefined ? {} : { limit: result.limit }),
    },
  };
}

const compilationFailed = ({ message }: Failure) =>
  failed(
    "RexRunnerScriptCompilationFailure",
    `Failed to compile script: ${message.replace(/^Syntax error: /, "")}`,
  );

const failed = (name: string, details: string): { readonly alarm: Alarm; readonly metric: Metric } => ({
  alarm: { alarm_type: name, alarm_details: details },
  metric: count(`${name}Count`, "FailureCount"),
});

function refuseReserved(state: RunState, scriptTime: number): void {
  const metric = state.metrics.find(({ metric_name }) => RESERVED.test(metric_name));
  if (metric) throw reserved("metric", "metric name", metric.metric_name, scriptTime);
  const alarm = state.alarms.find(({ alarm_type }) => RESERVED.test(alarm_type));
  if (alarm) throw reserved("alarm", "alarm type", alarm.alarm_type, scriptTime);
}

const reserved = (kind: string, field: string, name: string, scriptTime: number): RunError =>
  new RunError(
    "reserved_name",
    `Script ${kind} validation failed: Invalid ${field} '${name}': Script ${kind}s cannot start with Rex`,
    { scriptTime },
  );

const metric = (name: string, value: number, unit: string, info: string): Metric => ({
  metric_name: name,
  metric_value: value,
  metric_unit: unit,
  metric_dimension: { MetricInfo: info },
  metric_timestamp: new Date().toISOString(),
});
const count = (name: string, info: string): Metric => metric(name, 1, "COUNT", info);
/** `milliseconds` as a metric in nanoseconds. */
const duration = (name: string, milliseconds: number): Metric =>
  metric(name, Math.round(milliseconds * 1e6), "TIME", "Duration");
