import { ERROR_KINDS, ERROR_TYPES, errorKind } from "../errors.ts";
import type { Namespace } from "../namespace.ts";

/** Kinds that no script can compare with, as in the reference. */
const UNNAMED: readonly string[] = ["CallbackError", "ProcessNamespaceFatalError"];

/** `IoErrorKind::NotFound` and its like. */
export const errorNamespace: Namespace = {
  types: [ERROR_TYPES.IoErrorKind],
  constants: ERROR_KINDS.IoErrorKind.filter((kind) => !UNNAMED.includes(kind)).map((kind) => ({
    module: "IoErrorKind",
    name: kind,
    value: errorKind("IoErrorKind", kind),
  })),
  operations: [],
};
