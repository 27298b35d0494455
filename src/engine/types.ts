import type { Manifest, TypeDefinition } from "rhai-wasm";
import { EnumValue, type HostObject } from "rhai-wasm";

/** Codes of built-in parameter types, as `manifest.rs` reads them. */
const BUILTIN: { readonly [name: string]: number } = {
  "()": 0,
  any: 1,
  bool: 2,
  i64: 3,
  f64: 4,
  char: 5,
  String: 6,
  Array: 7,
  Map: 8,
  Blob: 9,
  FnPtr: 10,
};
/** Codes from here on are types of the manifest. */
const FIRST_HOST_TYPE = 256;

/** The types of a manifest by index, name and class. */
export class Types {
  private readonly byName = new Map<string, number>();
  private readonly byClass = new Map<unknown, number>();
  private readonly enumerations: readonly (readonly EnumValue[])[];

  constructor(readonly definitions: readonly TypeDefinition[]) {
    for (const [index, definition] of definitions.entries()) {
      this.byName.set(definition.name, index);
      if (definition.class) this.byClass.set(definition.class, index);
    }
    this.enumerations = definitions.map(({ name, values = [] }) =>
      values.map((value, ordinal) => new EnumValue(name, ordinal, value)),
    );
  }

  /** Code of the parameter type `name`. @throws when the manifest has no such type: a mistake in the tables. */
  code(name: string): number {
    const builtin = Object.hasOwn(BUILTIN, name) ? BUILTIN[name] : undefined;
    return builtin ?? FIRST_HOST_TYPE + this.indexOf(name);
  }

  indexOf(name: string): number {
    const index = this.byName.get(name);
    if (index === undefined) throw new Error(`no type ${name} in the manifest`);
    return index;
  }

  /** Index of the type that `object` is an instance of. */
  indexOfObject(object: HostObject): number {
    let prototype: unknown = Object.getPrototypeOf(object);
    while (prototype) {
      const index = this.byClass.get((prototype as HostObject).constructor);
      if (index !== undefined) return index;
      prototype = Object.getPrototypeOf(prototype);
    }
    throw new Error(`no type in the manifest for ${object.constructor.name}`);
  }

  enumeration(index: number, ordinal: number): EnumValue {
    const value = this.enumerations[index]?.[ordinal];
    if (!value) throw new Error(`no value ${ordinal} of type ${index}`);
    return value;
  }
}

/** Distinct functions of `manifest` that wait. */
export const waits = (manifest: Manifest): boolean =>
  manifest.functions.some((definition) => definition.waits);
