import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { type ErrorKind, SdkError } from "../errors.ts";
import { seenText } from "../seen.ts";
import { NotUtf8 } from "./text.ts";

type IoKind = ErrorKind<"IoErrorKind">;

/** An error of this namespace. */
export const ioError = (kind: IoKind, message: string): SdkError<"IoErrorKind"> =>
  new SdkError("IoErrorKind", kind, message);

/** `error` of the platform as scripts see it: the system's own text, or the limit by name. Others stay as they are. */
export function fromPlatform(error: unknown, kind: IoKind = "IoError"): unknown {
  if (error instanceof OsError) return ioError(kind, error.message);
  if (error instanceof NotUtf8) return ioError("IoError", error.message);
  if (error instanceof LimitError) return ioError("FileContentTooLargeError", error.message);
  return error;
}

/** What `act` returns; its platform errors leave as {@link fromPlatform} makes them. */
export function asIoErrors<T>(act: () => T, kind: IoKind = "IoError"): T {
  try {
    return act();
  } catch (error) {
    throw fromPlatform(error, kind);
  }
}

/** As {@link seenText}, also of errors of the platform that are made into ones of this namespace. */
export const scriptMessage = (error: unknown): string => seenText(fromPlatform(error));
