import { Denied } from "../../policy/errors.ts";
import { denialMessage } from "../denial.ts";
import { SdkError } from "../errors.ts";

export const SOURCE = "SysteminfoErrorKind";

/** An error of this namespace that has no kind of its own. */
export const systemError = (message: string): SdkError<typeof SOURCE> =>
  new SdkError(SOURCE, "Other", message);

/** `error` of a file as scripts see it here: all are of one kind, also denials. Others stay as they are. */
export function fromFile(error: unknown): unknown {
  if (error instanceof Denied) return systemError(denialMessage(error));
  return error instanceof SdkError ? systemError(error.message) : error;
}
