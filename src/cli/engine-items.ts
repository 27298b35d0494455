import { type ConstantDefinition, EnumValue } from "rhai-wasm";
import type { SdkType } from "../sdk/index.ts";
import { FREE, type Item } from "./item.ts";

const PLAIN = { checks: [], throws: [] } as const;

/** Functions of the language that are other than in plain Rhai. */
export const LANGUAGE_ITEMS: readonly Item[] = [
  {
    ...PLAIN,
    name: "to_json",
    kind: "method",
    group: "Map",
    receiver: "Map",
    params: [],
    returns: "String",
    signature: "Map.to_json() -> String",
    summary: "Returns the map as JSON; what JSON has no form for is a text.",
    example: "#{ port: 8080, hosts: [] }.to_json()",
  },
  {
    ...languageFunction("debug", ["any"], "Writes a value to the log of the run, at level DEBUG."),
    example: "debug(#{ port: 8080 })",
  },
  languageFunction("print", [], "Is not there: naming it is an error when the script is compiled."),
  languageFunction("eval", [], "Is not there: naming it is an error when the script is compiled."),
];

function languageFunction(name: string, types: readonly string[], summary: string): Item {
  const params = types.map((type) => ({ name: "value", type }));
  const signature = `${name}(${types.map((type) => `value: ${type}`).join(", ")}) -> ()`;
  return { ...PLAIN, kind: "function", group: FREE, name, params, returns: "()", signature, summary };
}

/** What the engine gives the enumeration `type`: `==`, `!=` and `to_string`, where it has them. */
export function enumerationItems(type: SdkType, constants: readonly ConstantDefinition[]): readonly Item[] {
  const { name, compares = true, shows = "name" } = type;
  const constant = constants.find(({ value }) => value instanceof EnumValue && value.type === name);
  const value = constant === undefined ? "" : `${constant.module}::${constant.name}`;
  const common = { ...PLAIN, group: name };
  const comparison = (operator: string, summary: string): Item => ({
    ...common,
    name: operator,
    kind: "function",
    params: ["a", "b"].map((side) => ({ name: side, type: name })),
    returns: "bool",
    signature: `${name} ${operator} ${name} -> bool`,
    summary,
    example: `${value} ${operator} ${value}`,
  });
  const isPure = shows === "name";
  const toText: Item = {
    ...common,
    name: "to_string",
    kind: "method",
    receiver: name,
    params: [],
    returns: "String",
    signature: `${name}.to_string() -> String`,
    summary: isPure ? "Returns the value's name." : "Returns the name of the value that a variable holds.",
    example: isPure ? `${value}.to_string()` : `let value = ${value}; value.to_string()`,
  };
  return [
    ...(compares ? [comparison("==", "Compares."), comparison("!=", "Compares.")] : []),
    ...(shows === "type" ? [] : [toText]),
  ];
}
