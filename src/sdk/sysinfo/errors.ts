import { ERROR_KINDS, ERROR_TYPES, type ErrorSource, errorKind, SdkError } from "../errors.ts";
import type { Namespace } from "../namespace.ts";

export const SOURCE = "SysteminfoErrorKind";

/** An error of this namespace that has no kind of its own. */
export const systemError = (message: string): SdkError<typeof SOURCE> =>
  new SdkError(SOURCE, "Other", message);

/** The enumeration of a source's kinds, with a constant for each. */
export const kindsOf = (source: Exclude<ErrorSource, "IoErrorKind">): Namespace => ({
  types: [ERROR_TYPES[source]],
  constants: ERROR_KINDS[source].map((name) => ({
    module: source,
    name,
    value: errorKind(source, name as never),
  })),
  operations: [],
});
