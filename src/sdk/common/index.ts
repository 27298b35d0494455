import { ERROR_KINDS, ERROR_TYPES, errorKind } from "../errors.ts";
import type { Namespace } from "../namespace.ts";
import { dateTimeNamespace } from "./date-time-operations.ts";
import { randomNamespace } from "./random.ts";

const SOURCE = "CommonUtilsErrorKind";

const errorKinds: Namespace = {
  types: [ERROR_TYPES[SOURCE]],
  constants: ERROR_KINDS[SOURCE].map((name) => ({ module: SOURCE, name, value: errorKind(SOURCE, name) })),
  operations: [],
};

/**
 * What belongs to no part of the host: times, random text, their errors. No check: none of it touches the host.
 * `to_json` of maps is Rhai's own formatter, which the engine is built with; it is the one that scripts expect.
 */
export const commonNamespaces: readonly Namespace[] = [errorKinds, dateTimeNamespace, randomNamespace];
