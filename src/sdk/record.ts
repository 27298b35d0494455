import { HostObject, type Value } from "rhai-wasm";
import type { Namespace } from "./namespace.ts";
import { operation, type SdkType } from "./operation.ts";
import { object } from "./parameters.ts";

export interface RecordInput<T extends HostObject> {
  readonly name: string;
  readonly typeOf: string;
  readonly class: abstract new (...args: never[]) => T;
  readonly only?: "linux";
  /** A variable that holds one in examples, and how a script comes by it. */
  readonly example?: SdkType["example"];
  /** In the order of `to_map`. */
  readonly fields: {
    readonly [name: string]: {
      readonly type: string;
      readonly get: (record: T) => Value;
      /** Its name in `to_map`, where that is another. */
      readonly key?: string;
      /** Its value in `to_map`, where that is another: records within records are maps there. */
      readonly mapped?: (record: T) => Value;
      /** It follows from the others, and is not in `to_map`. */
      readonly derived?: true;
    };
  };
  /** What `to_string` returns, where that is more than the name of the type. */
  readonly text?: (record: T) => string;
}

export interface RecordNamespace<T> extends Namespace {
  /** What `to_map` returns. */
  readonly toMap: (record: T) => Map<string, Value>;
}

/** A record of values that are called as scripts call them. */
export class Values<V extends { readonly [name: string]: Value }> extends HostObject {
  constructor(readonly values: V) {
    super();
  }
}

/** The fields of {@link Values} that are of this type. */
export function named<N extends string>(type: string, names: readonly N[]) {
  type Named = Values<{ readonly [K in N]: Value }>;
  const field = (name: N) => ({ type, get: ({ values }: Named): Value => values[name] });
  // One for each of the names.
  return Object.fromEntries(names.map((name) => [name, field(name)])) as {
    readonly [K in N]: ReturnType<typeof field>;
  };
}

/** A type whose values scripts only look at: a getter for each field, and `to_map`. */
export function recordType<T extends HostObject>(input: RecordInput<T>): RecordNamespace<T> {
  const { example } = input;
  const type: SdkType = {
    name: input.name,
    typeOf: input.typeOf,
    class: input.class,
    ...(example ? { example } : {}),
  };
  const variable = example?.variable ?? "";
  const fields = Object.entries(input.fields);
  const common = {
    source: "IoErrorKind",
    parameters: [object<T>(input)],
    checks: [],
    ...(input.only ? { only: input.only } : {}),
  } as const;
  const getters = fields.map(([name, { type, get }]) =>
    operation({
      ...common,
      name,
      kind: "getter",
      returns: type,
      summary: `\`${name}\` of the \`${input.name}\`.`,
      example: `${variable}.${name}`,
      perform: (_call, record) => get(record),
    }),
  );
  const mapped = fields.filter(([, { derived }]) => !derived);
  const toMap = (record: T) =>
    new Map(mapped.map(([name, { get, mapped = get, key = name }]) => [key, mapped(record)]));
  const toMapOperation = operation({
    ...common,
    name: "to_map",
    returns: "Map",
    summary: `The \`${input.name}\` as a map.`,
    example: `${variable}.to_map()`,
    perform: (_call, record) => toMap(record),
  });
  const { text } = input;
  const toText = text && [
    operation({
      ...common,
      name: "to_string",
      returns: "String",
      summary: `The \`${input.name}\` as text.`,
      example: `${variable}.to_string()`,
      perform: (_call, record) => text(record),
    }),
  ];
  return {
    types: [type],
    constants: [],
    operations: [...getters, toMapOperation, ...(toText ?? [])],
    toMap,
  };
}
