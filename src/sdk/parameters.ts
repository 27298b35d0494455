import type { Char, EnumValue, FunctionPointer, HostObject, Value } from "rhai-wasm";
import type { Parameter } from "./operation.ts";

/** Parameters of built-in types, by name: `text("path")`, `integer("count")`. */
export const text = (name: string): Parameter<string> => ({ name, type: "String" });
export const integer = (name: string): Parameter<bigint> => ({ name, type: "i64" });
export const float = (name: string): Parameter<number> => ({ name, type: "f64" });
export const boolean = (name: string): Parameter<boolean> => ({ name, type: "bool" });
export const char = (name: string): Parameter<Char> => ({ name, type: "char" });
export const array = (name: string): Parameter<Value[]> => ({ name, type: "Array" });
export const map = (name: string): Parameter<Map<string, Value>> => ({ name, type: "Map" });
export const closure = (name: string): Parameter<FunctionPointer> => ({ name, type: "FnPtr" });
export const any = (name: string): Parameter => ({ name, type: "any" });

/** A parameter that is an instance of `type`; the receiver of a method is such a parameter, called `self`. */
export const object = <T extends HostObject>(
  type: { readonly name: string; readonly class: abstract new (...args: never[]) => T },
  name = "self",
): Parameter<T> => ({ name, type: type.name });

/** A parameter that is a value of the enumeration `type`. */
export const enumeration = (type: { readonly name: string }, name = "self"): Parameter<EnumValue> => ({
  name,
  type: type.name,
});
