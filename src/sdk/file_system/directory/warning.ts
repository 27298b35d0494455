import { OsError } from "../../../platform/os-error.ts";
import { Denied } from "../../../policy/errors.ts";
import { denialMessage } from "../../denial.ts";
import { SdkError } from "../../errors.ts";
import type { Call } from "../../operation.ts";
import { fromPlatform } from "../os-errors.ts";

/**
 * What `act` returns; where the policy or the system refuses it, a warning that begins with `what`, and nothing. A
 * bound that is met is no such refusal: what follows would be incomplete without anyone knowing.
 */
export function orWarn<T>(call: Call, what: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    call.warn(`${what}${reasonOf(error)}`);
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Denied) return denialMessage(error);
  if (error instanceof OsError) return error.message;
  if (isRefusal(error)) return error.message;
  throw fromPlatform(error);
}

/** Whether `error` says that one file could not be used, and not that a bound was met. */
export const isRefusal = (error: unknown): error is SdkError =>
  error instanceof SdkError && error.kind !== "FileContentTooLargeError";
