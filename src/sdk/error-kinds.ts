import { ERROR_KINDS, ERROR_TYPES, type ErrorSource, errorKind } from "./errors.ts";
import type { Namespace } from "./namespace.ts";

/** `IoErrorKind::NotFound` and its like: the kinds of a source, but for those that no script can compare with. */
export function kindsOf<S extends ErrorSource>(source: S, unnamed: readonly string[] = []): Namespace {
  const kinds: readonly (typeof ERROR_KINDS)[S][number][] = ERROR_KINDS[source];
  return {
    types: [ERROR_TYPES[source]],
    constants: kinds
      .filter((name) => !unnamed.includes(name))
      .map((name) => ({ module: source, name, value: errorKind(source, name) })),
    operations: [],
  };
}
