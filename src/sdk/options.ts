import { type EnumValue, HostObject, type Value } from "rhai-wasm";
import { setterOutOfRange } from "./conversion.ts";
import { TextError } from "./errors.ts";
import type { Namespace } from "./namespace.ts";
import { type Operation, operation, type Parameter, type SdkType } from "./operation.ts";
import { object } from "./parameters.ts";

/** One option: the type its setter takes, what it is when never set, and how a value is taken in. */
export interface Field<T> {
  readonly type: string;
  readonly initial: T;
  /** Text of the error when `build()` finds it unset. */
  readonly required?: string;
  /** Turns the script's value into the option's; throws {@link TextError} when it does not fit. */
  readonly accept: (value: Value, setter: string) => T;
  /** What {@link accept} refuses, for the documentation. */
  readonly refuses?: string;
}

/** Values by option name, as `build()` leaves them. */
export type Built<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

type Fields = { readonly [name: string]: Field<unknown> };

const keep =
  <T>() =>
  (value: Value): T =>
    // The setter's type in the manifest is the one of T.
    value as T;

const MAX_USIZE = 0xffff_ffff_ffff_ffffn;

/** Options by their type in scripts. An option without an initial value is `undefined` until set. */
export const field = {
  boolean: (initial = false): Field<boolean> => ({ type: "bool", initial, accept: keep() }),
  text: (): Field<string | undefined> => ({ type: "String", initial: undefined, accept: keep() }),
  integer: <I extends bigint | undefined>(initial: I): Field<bigint | I> => ({
    type: "i64",
    initial,
    accept: keep(),
  }),
  /** An integer that must fit Rust's unsigned type of this maximum; `usize` unless given. */
  unsigned: <I extends bigint | undefined>(initial: I, maximum = MAX_USIZE): Field<bigint | I> => ({
    type: "i64",
    initial,
    refuses: "a number out of range",
    accept: (value, setter) => {
      if (typeof value === "bigint" && value >= 0n && value <= maximum) return value;
      throw setterOutOfRange(setter);
    },
  }),
  array: (): Field<Value[] | undefined> => ({ type: "Array", initial: undefined, accept: keep() }),
  map: (): Field<Map<string, Value> | undefined> => ({ type: "Map", initial: undefined, accept: keep() }),
  enumeration: <I extends EnumValue | undefined>(type: string, initial: I): Field<EnumValue | I> => ({
    type,
    initial,
    accept: keep(),
  }),
  object: <T extends HostObject>(type: {
    readonly name: string;
    readonly class: abstract new (...args: never[]) => T;
  }): Field<T | undefined> => ({ type: type.name, initial: undefined, accept: keep() }),
};

/** Values of options in examples, by their type in scripts. */
const EXAMPLES: { readonly [type: string]: string } = { bool: "true", i64: "1" };

/** `field` that must be set; `build()` throws `message` otherwise. */
export function required<T>(
  inner: Field<T>,
  message: (name: string) => string,
): Field<Exclude<T, undefined>> & { readonly message: typeof message } {
  // build() refuses an unset field, so what it returns is never undefined.
  return { ...inner, required: "", message } as unknown as Field<Exclude<T, undefined>> & {
    readonly message: typeof message;
  };
}

/** Message of a builder whose errors are the crate's own. */
export const fieldNotInitialized = (name: string): string =>
  `Invalid arguments: Field not initialized: ${name}`;
/** Message of a builder without an error type of its own. */
export const mustBeInitialized = (name: string): string => `\`${name}\` must be initialized`;

/** The value that `build()` returns. */
export class Options<V> extends HostObject {
  constructor(readonly values: V) {
    super();
  }
}

export interface OptionsInput<F extends Fields> {
  /** Name of the constructor and of the built type. */
  readonly name: string;
  /** Module path of the reference's Rust type, which scripts see in `type_of` and in "Function not found". */
  readonly path: string;
  /** The Rust type's own name, where scripts know it by another. */
  readonly rustName?: string;
  readonly summary: string;
  readonly fields: F;
  /** Values of the options in examples, as scripts write them; switches and numbers may be left out. */
  readonly examples?: { readonly [K in keyof F]?: string };
  /** Options of the example of `build()`, where those that are required are not enough: `.a(1).b(2)`. */
  readonly chain?: string;
  /** A variable that holds such options in examples of others. */
  readonly example?: SdkType["example"];
  readonly only?: "linux" | "unix";
  /** Setters that set more than their own field (`create` also sets `write`). */
  readonly implied?: { readonly [K in keyof F]?: (values: { -readonly [P in keyof F]: unknown }) => void };
  /** Throws {@link TextError} when the values do not go together. */
  readonly validate?: (values: Built<F>) => void;
}

/**
 * The builder `Name().option(value)….build()`: a constructor, a setter an option, `build`. A setter changes the
 * builder and returns a copy of it, so that scripts can chain or use statements.
 */
export function options<F extends Fields>(input: OptionsInput<F>) {
  type V = Built<F>;
  const BuiltOptions = class extends Options<V> {};
  const Builder = class extends HostObject {
    constructor(readonly values: Record<string, unknown>) {
      super();
    }
  };
  const type = {
    name: input.name,
    typeOf: `${input.path}::${input.rustName ?? input.name}`,
    class: BuiltOptions,
    ...(input.example ? { example: input.example } : {}),
  };
  const builder = { name: `${input.name}Builder`, typeOf: `${type.typeOf}Builder`, class: Builder };
  const self = object(builder);
  const common = { source: "text", checks: [], ...(input.only ? { only: input.only } : {}) } as const;
  const option = (key: string): string => {
    const value = input.examples?.[key] ?? EXAMPLES[input.fields[key]?.type ?? ""] ?? "";
    return `.${key}(${value})`;
  };
  const needed = Object.entries(input.fields).filter(([, { required }]) => required !== undefined);
  const initial = () =>
    Object.fromEntries(Object.entries(input.fields).map(([key, { initial }]) => [key, initial]));

  const setters: Operation[] = Object.entries(input.fields).map(([key, { type, accept, refuses }]) =>
    operation({
      ...common,
      name: key,
      parameters: [self, { name: key, type }],
      returns: builder.name,
      summary: `Sets \`${key}\`.`,
      ...(refuses === undefined ? {} : { errors: [refuses] }),
      example: `${input.name}()${option(key)}`,
      perform: (_call, target, value) => {
        target.values[key] = accept(value, key);
        input.implied?.[key]?.(target.values as { -readonly [P in keyof F]: unknown });
        return new Builder({ ...target.values });
      },
    }),
  );
  const construct = operation({
    ...common,
    name: input.name,
    parameters: [],
    returns: builder.name,
    summary: input.summary,
    example: `${input.name}()`,
    perform: () => new Builder(initial()),
  });
  const build = operation({
    ...common,
    name: "build",
    parameters: [self],
    returns: input.name,
    summary: `Makes the \`${input.name}\`.`,
    errors: [
      ...(needed.length > 0 ? ["a required option that is not set"] : []),
      ...(input.validate ? ["options that do not fit"] : []),
    ],
    example: `${input.name}()${input.chain ?? needed.map(([key]) => option(key)).join("")}.build()`,
    perform: (_call, target) => {
      for (const [key, declared] of Object.entries(input.fields)) {
        const { message } = declared as { message?: (name: string) => string };
        if (message && target.values[key] === undefined) throw new TextError(message(key));
      }
      // Each setter accepted its own value and required ones are present.
      const values = { ...target.values } as V;
      input.validate?.(values);
      return new BuiltOptions(values);
    },
  });
  const namespace: Namespace = {
    types: [type, builder],
    constants: [],
    operations: [construct, ...setters, build],
  };
  const parameter: Parameter<Options<V>> = { name: "options", type: type.name };
  return { type, builder, namespace, parameter };
}
