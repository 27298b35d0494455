import { kindsOf } from "../error-kinds.ts";
import type { Namespace } from "../namespace.ts";
import { dateTimeNamespace } from "./date-time-operations.ts";
import { randomNamespace } from "./random.ts";

/**
 * What belongs to no part of the host: times, random text, their errors. No check: none of it touches the host.
 * `to_json` of maps is Rhai's own formatter, which the engine is built with; it is the one that scripts expect.
 */
export const commonNamespaces: readonly Namespace[] = [
  kindsOf("CommonUtilsErrorKind"),
  dateTimeNamespace,
  randomNamespace,
];
