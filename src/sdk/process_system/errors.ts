import { type ErrorKind, SdkError } from "../errors.ts";
import { seenText } from "../seen.ts";

export const SOURCE = "ProcessErrorKind";
type ProcessKind = ErrorKind<typeof SOURCE>;

/** An error of this namespace. */
export const processError = (kind: ProcessKind, message: string): SdkError<typeof SOURCE> =>
  new SdkError(SOURCE, kind, message);

export const invalid = (reason: string): SdkError<typeof SOURCE> =>
  processError("ValidationError", `Validation error: ${reason}`);

export const notFound = (pid: number, reason = "Process not found"): SdkError<typeof SOURCE> =>
  processError("ProcessNotFound", `Process not found: ${reason}: PID ${pid}`);

/** What `act` returns; whatever it throws for scripts leaves as an error of this namespace with the same text. */
export function withErrors<T>(act: () => T, as: (text: string) => Error = other): T {
  try {
    return act();
  } catch (error) {
    throw as(seenText(error));
  }
}

const other = (text: string): Error => processError("Other", text);
