import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { Denied } from "../../policy/errors.ts";
import { denialMessage } from "../denial.ts";
import { ERROR_KINDS, ERROR_TYPES, type ErrorKind, errorKind, SdkError, TextError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";

const SOURCE = "ProcessErrorKind";
type ProcessKind = ErrorKind<typeof SOURCE>;

/** An error of this namespace. */
export const processError = (kind: ProcessKind, message: string): SdkError<typeof SOURCE> =>
  new SdkError(SOURCE, kind, message);

export const invalid = (reason: string): SdkError<typeof SOURCE> =>
  processError("ValidationError", `Validation error: ${reason}`);

export const notFound = (pid: number, reason = "Process not found"): SdkError<typeof SOURCE> =>
  processError("ProcessNotFound", `Process not found: ${reason}: PID ${pid}`);

/** The text of an error that scripts can see; anything else is thrown again. */
export function textOf(error: unknown): string {
  if (error instanceof Denied) return denialMessage(error);
  const seen =
    error instanceof SdkError ||
    error instanceof TextError ||
    error instanceof OsError ||
    error instanceof LimitError;
  if (seen) return error.message;
  throw error;
}

/** What `act` returns; whatever it throws for scripts leaves as an error of this namespace with the same text. */
export function withErrors<T>(act: () => T, as: (text: string) => Error = other): T {
  try {
    return act();
  } catch (error) {
    throw as(textOf(error));
  }
}

const other = (text: string): Error => processError("Other", text);

/** `ProcessErrorKind::ProcessNotFound` and its like. */
export const errorNamespace: Namespace = {
  types: [ERROR_TYPES[SOURCE]],
  constants: ERROR_KINDS[SOURCE].map((name) => ({ module: SOURCE, name, value: errorKind(SOURCE, name) })),
  operations: [],
};
