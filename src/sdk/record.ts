import type { HostObject, Value } from "rhai-wasm";
import type { Namespace } from "./namespace.ts";
import { operation } from "./operation.ts";
import { object } from "./parameters.ts";

export interface RecordInput<T extends HostObject> {
  readonly name: string;
  readonly typeOf: string;
  readonly class: abstract new (...args: never[]) => T;
  readonly only?: "linux";
  /** In the order of `to_map`. */
  readonly fields: {
    readonly [name: string]: {
      readonly type: string;
      readonly get: (record: T) => Value;
      /** Its value in `to_map`, where that is another: records within records are maps there. */
      readonly mapped?: (record: T) => Value;
    };
  };
}

export interface RecordNamespace<T> extends Namespace {
  /** What `to_map` returns. */
  readonly toMap: (record: T) => Map<string, Value>;
}

/** A type whose values scripts only look at: a getter for each field, and `to_map`. */
export function recordType<T extends HostObject>(input: RecordInput<T>): RecordNamespace<T> {
  const type = { name: input.name, typeOf: input.typeOf, class: input.class };
  const fields = Object.entries(input.fields);
  const common = {
    source: "IoErrorKind",
    parameters: [object<T>(type)],
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
      perform: (_call, record) => get(record),
    }),
  );
  const toMap = (record: T) => new Map(fields.map(([name, { get, mapped = get }]) => [name, mapped(record)]));
  const toMapOperation = operation({
    ...common,
    name: "to_map",
    returns: "Map",
    summary: `The \`${input.name}\` as a map.`,
    perform: (_call, record) => toMap(record),
  });
  return { types: [type], constants: [], operations: [...getters, toMapOperation], toMap };
}
