import { LimitError } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { Denied } from "../policy/errors.ts";
import { denialMessage } from "./denial.ts";
import { SdkError, TextError } from "./errors.ts";

/** The text of an error that scripts can see, denials among them; anything else is thrown again. */
export function seenText(error: unknown): string {
  if (error instanceof Denied) return denialMessage(error);
  const seen =
    error instanceof SdkError ||
    error instanceof TextError ||
    error instanceof OsError ||
    error instanceof LimitError;
  if (seen) return error.message;
  throw error;
}
