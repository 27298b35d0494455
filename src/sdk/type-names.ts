import { Char, EnumValue, FunctionPointer, HostObject, type TypeDefinition, type Value } from "rhai-wasm";

const byName = new Map<string, TypeDefinition>();
const byClass = new Map<unknown, TypeDefinition>();

/** Makes the types known to {@link typeNameOf}. */
export function knowTypes(types: readonly TypeDefinition[]): void {
  for (const type of types) {
    byName.set(type.name, type);
    if (type.class) byClass.set(type.class, type);
  }
}

const BUILT_IN = { bigint: "i64", number: "f64", string: "string", boolean: "bool" } as const;

/** The type of `value` as a message names it: Rhai's name, or for a type of the host its Rust-style path. */
export function typeNameOf(value: Value): string {
  if (value === null) return "()";
  if (value instanceof Char) return "char";
  if (value instanceof FunctionPointer) return "Fn";
  if (value instanceof Map) return "map";
  if (value instanceof Uint8Array) return "blob";
  if (Array.isArray(value)) return "array";
  if (value instanceof EnumValue) return pathOf(byName.get(value.type), value.type);
  if (value instanceof HostObject) return pathOf(byClass.get(value.constructor), value.constructor.name);
  return BUILT_IN[typeof value as keyof typeof BUILT_IN];
}

const pathOf = (type: TypeDefinition | undefined, name: string): string =>
  type?.debug ?? type?.typeOf ?? name;
