import type { Value } from "rhai-wasm";
import type { Namespace } from "../../namespace.ts";
import { type Call, type Operation, operation, type Parameter } from "../../operation.ts";
import { array } from "../../parameters.ts";
import type { Flags } from "./flags.ts";

type Arguments<P extends readonly Parameter[]> = {
  -readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

interface HelperInput<P extends readonly Parameter[], F extends string, N extends string> {
  readonly name: string;
  /** Further names under which scripts can call it. */
  readonly alsoCalled?: readonly string[];
  /** `"text"` where errors reach scripts as plain strings. */
  readonly source?: "text";
  readonly flags: { readonly parse: (values?: readonly Value[]) => Flags<F, N> };
  readonly parameters: readonly [...P];
  readonly returns: string;
  readonly summary: string;
  readonly checks: readonly string[];
  readonly errors: readonly string[];
  /** Arguments of a call, and the flags of one with flags. */
  readonly example: { readonly args: string; readonly flags: string };
  readonly perform: (call: Call, flags: Flags<F, N>, ...args: Arguments<P>) => Value;
}

/** What flags of another helper are, by the source of errors. */
const OTHER_FLAGS = { IoErrorKind: "Other", text: "flags of another function" } as const;

/** The two overloads of a helper: its parameters alone, and with an array of flags before them. */
export function helper<const P extends readonly Parameter[], F extends string, N extends string>(
  input: HelperInput<P, F, N>,
): Operation[] {
  const { alsoCalled = [], flags, parameters, perform, source = "IoErrorKind", example, ...rest } = input;
  return [rest.name, ...alsoCalled].flatMap((name) => [
    operation<P>({
      ...rest,
      name,
      source,
      parameters,
      example: `${name}(${example.args})`,
      perform: (call, ...args) => perform(call, flags.parse(), ...(args as Arguments<P>)),
    }),
    operation<readonly [Parameter<Value[]>, ...P]>({
      ...rest,
      name,
      source,
      parameters: [array("flags"), ...parameters],
      errors: [...rest.errors, OTHER_FLAGS[source]],
      example: `${name}([${example.flags}], ${example.args})`,
      perform: (call, values, ...args) => perform(call, flags.parse(values), ...(args as Arguments<P>)),
    }),
  ]);
}

/** Namespaces as one. */
export const join = (parts: readonly Namespace[]): Namespace => ({
  types: parts.flatMap(({ types }) => types),
  constants: parts.flatMap(({ constants }) => constants),
  operations: parts.flatMap(({ operations }) => operations),
});
