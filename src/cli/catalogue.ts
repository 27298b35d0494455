import type { ConstantDefinition, TypeDefinition } from "rhai-wasm";
import type { Operation, Surface } from "../sdk/index.ts";

/** One overload, as the catalogue shows it. */
export interface Entry {
  readonly name: string;
  readonly kind: Operation["kind"];
  /** What it belongs to: the type of its receiver, its module, or none. */
  readonly group: string;
  readonly signature: string;
  readonly summary: string;
  readonly checks: readonly string[];
  readonly only?: Operation["only"];
}

/** What scripts can call and name, or the part of it that has a name. */
export interface Catalogue {
  readonly functions: readonly Entry[];
  readonly types: readonly TypeDefinition[];
  readonly constants: readonly ConstantDefinition[];
}

const RECEIVER = "self";
/** Group of what is called without a receiver or a module. */
export const FREE = "";

/** All of `surface`, by group and name. */
export function catalogue({ operations, manifest }: Surface): Catalogue {
  return {
    functions: operations
      .map(entry)
      .sort((a, b) => order(a.group, b.group) || order(a.name, b.name) || order(a.signature, b.signature)),
    types: manifest.types.toSorted((a, b) => order(a.name, b.name)),
    constants: manifest.constants.toSorted((a, b) => order(a.module, b.module)),
  };
}

/** What of `all` is called `name`: functions by name, `Group` or `Group::name`; types; constants and their modules. */
export function named(all: Catalogue, name: string): Catalogue {
  const wanted = plain(name);
  const is = (...names: readonly string[]) => names.some((candidate) => plain(candidate) === wanted);
  return {
    functions: all.functions.filter(({ group, name }) => is(name, group, `${group}::${name}`)),
    types: all.types.filter((type) => is(type.name)),
    constants: all.constants.filter(({ module, name }) => is(module, name, `${module}::${name}`)),
  };
}

export const isEmpty = ({ functions, types, constants }: Catalogue): boolean =>
  functions.length + types.length + constants.length === 0;

/** Everything that {@link named} finds something for. */
export const allNames = ({ functions, types, constants }: Catalogue): readonly string[] =>
  [
    ...functions.flatMap(({ group, name }) => [name, group]),
    ...types.map(({ name }) => name),
    ...constants.flatMap(({ module, name }) => [module, `${module}::${name}`]),
  ].filter((name) => name !== FREE);

function entry(operation: Operation): Entry {
  const { name, kind, summary, checks, only } = operation;
  return {
    name,
    kind,
    group: groupOf(operation),
    signature: `${callOf(operation)} -> ${operation.returns}`,
    summary,
    checks,
    ...(only === undefined ? {} : { only }),
  };
}

function groupOf({ module, parameterNames, parameters }: Operation): string {
  if (module !== undefined) return module;
  return parameterNames[0] === RECEIVER ? (parameters[0] ?? FREE) : FREE;
}

function callOf(operation: Operation): string {
  const { name, kind, module, parameters, parameterNames } = operation;
  const [receiver = "", second = ""] = parameters;
  if (kind === "operator") return `${receiver} ${name} ${second}`;
  if (kind === "getter") return `${receiver}.${name}`;
  const shown = parameters.map((type, index) => `${parameterNames[index]}: ${type}`);
  if (module !== undefined) return `${module}::${name}(${shown.join(", ")})`;
  if (parameterNames[0] === RECEIVER) return `${receiver}.${name}(${shown.slice(1).join(", ")})`;
  return `${name}(${shown.join(", ")})`;
}

/** `a.b` and `a::b` are the same, in any case. */
const plain = (name: string): string => name.replaceAll("::", ".").toLowerCase();

const order = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
