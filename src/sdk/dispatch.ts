import { type Callback, type HostResult, type Position, Terminated, type Value } from "rhai-wasm";
import { Cancelled, LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { Denied } from "../policy/errors.ts";
import { denialMessage } from "./denial.ts";
import { isEntered } from "./entered.ts";
import { SdkError, TextError, toThrown } from "./errors.ts";
import type { Call, Operation, Run } from "./operation.ts";

/** What a call is known by: its name in the log, and how its errors reach scripts. */
type Called = Pick<Operation, "name" | "source">;

/** Runs `operation` for a script at `position`; whatever it throws leaves in the form that scripts catch. */
export function dispatch(
  run: Run,
  operation: Operation,
  args: readonly Value[],
  position: Position,
): HostResult {
  const result = inCall(run, operation, position, (call) => {
    const missing = missingOn(process.platform, operation);
    if (missing !== undefined) throw refusal(operation, missing);
    if (operation.waits && !operation.ownThread && isEntered(run)) {
      // Only the thread of the script is in the namespaces that it has entered.
      throw refusal(operation, "is not possible within nsenter: it works on threads that stay outside");
    }
    return operation.perform(call, args);
  });
  if (result instanceof Promise) return settled(operation, result);
  return isGenerator(result) ? resumable(operation, result) : result;
}

function refusal({ name, source }: Called, why: string): Error {
  const message = `${name} ${why}`;
  return source === "text" ? new TextError(message) : new SdkError(source, "Other", message);
}

/** Why an operation is not there on `platform`, for an error; `undefined` where it is. */
export function missingOn(platform: NodeJS.Platform, { only }: Pick<Operation, "only">): string | undefined {
  const isThere = only === undefined || only === platform || (only === "unix" && platform !== "win32");
  return isThere ? undefined : `is not available on this system (${platform}), only on ${SYSTEMS[only]}`;
}
const SYSTEMS = { linux: "Linux", unix: "Linux and macOS" } as const;

/** What `act` returns in a call by a script at `position`; what it throws leaves in the form that scripts catch. */
export function inCall<T>(run: Run, called: Called, position: Position, act: (call: Call) => T): T {
  try {
    return act({
      run,
      access: run.access,
      line: position.line,
      warn: (message) => run.log("WARN", message, position.line, called.name),
    });
  } catch (error) {
    throw toThrown(asSdkError(called, error));
  }
}

async function settled(called: Called, result: Promise<Value>): Promise<Value> {
  try {
    return await result;
  } catch (error) {
    throw toThrown(asSdkError(called, error));
  }
}

function* resumable(
  called: Called,
  steps: Generator<Callback, Value, Value>,
): Generator<Callback, Value, Value> {
  try {
    return yield* steps;
  } catch (error) {
    throw toThrown(asSdkError(called, error));
  }
}

function asSdkError({ source }: Called, error: unknown): unknown {
  if (error instanceof SdkError && source === "text") return new TextError(error.message);
  if (error instanceof Cancelled) return new Terminated(error.message);
  if (error instanceof LimitError || error instanceof OsError) {
    return source === "text" ? new TextError(error.message) : new SdkError(source, "Other", error.message);
  }
  if (!(error instanceof Denied)) return error;
  const message = denialMessage(error);
  if (source === "text") return new TextError(message);
  return new SdkError(
    source,
    error.decision.failure ? "AuthorizationError" : ("PermissionDenied" as never),
    message,
  );
}

function isGenerator(result: unknown): result is Generator<Callback, Value, Value> {
  return typeof result === "object" && result !== null && Symbol.iterator in result && "throw" in result;
}
