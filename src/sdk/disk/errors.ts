import { SdkError } from "../errors.ts";

export const SOURCE = "DiskinfoErrorKind";

/** An error of this namespace that has no kind of its own. */
export const diskError = (message: string): SdkError<typeof SOURCE> => new SdkError(SOURCE, "Other", message);

/** What `act` returns; its errors about paths are of the kind `Other` here. */
export function asDiskErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof SdkError && error.source !== SOURCE ? diskError(error.message) : error;
  }
}
