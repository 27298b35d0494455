import type { ConstantDefinition } from "rhai-wasm";
import type { Area, Operation, SdkType, Surface } from "../sdk/index.ts";
import type { CatalogueArea } from "./embedded-catalogue.ts";
import { enumerationItems, LANGUAGE_ITEMS } from "./engine-items.ts";
import { FREE, type Item, type Kind } from "./item.ts";

const RECEIVER = "self";

/** All that scripts can call and name, in the order of the tables of `surface`. */
export const catalogue = ({ areas }: Surface): readonly Item[] => [
  ...areas.flatMap(areaItems),
  ...LANGUAGE_ITEMS,
];

/** {@link catalogue} by area, the language as the last. */
export const catalogueAreas = ({ areas }: Surface): readonly CatalogueArea[] => [
  ...areas.map((area) => ({ title: area.title, items: areaItems(area) })),
  { title: "The language", items: LANGUAGE_ITEMS },
];

/** What an area adds: its functions, what comes with its enumerations, its constants and types. */
export function areaItems({ namespaces }: Area): readonly Item[] {
  const types = namespaces.flatMap((namespace) => namespace.types);
  const constants = namespaces.flatMap((namespace) => namespace.constants);
  return [
    ...namespaces.flatMap(({ operations }) => operations.map(operationItem)),
    ...types.flatMap((type) => (type.values ? enumerationItems(type, constants) : [])),
    ...constants.map(constantItem),
    ...types.map(typeItem),
  ];
}

function operationItem(operation: Operation): Item {
  const { name, module, summary, checks, only, example, parameters, parameterNames, returns } = operation;
  const all = parameters.map((type, index) => ({ name: parameterNames[index] ?? "", type }));
  const receiver = parameterNames[0] === RECEIVER ? parameters[0] : undefined;
  const params = receiver === undefined || operation.kind === "operator" ? all : all.slice(1);
  return {
    name: module === undefined ? name : `${module}::${name}`,
    kind: kindOf(operation, receiver),
    group: groupOf(operation, receiver),
    ...(receiver === undefined ? {} : { receiver }),
    params,
    returns,
    signature: `${callOf(operation, receiver, params)} -> ${returns}`,
    summary,
    checks,
    throws: thrownBy(operation),
    example,
    ...(only === undefined ? {} : { only }),
  };
}

/** Its module or its receiver's type. Builders and what makes them belong to the type that is built. */
function groupOf({ name, module, returns }: Operation, receiver: string | undefined): string {
  const type = receiver ?? (returns === name || returns === `${name}Builder` ? returns : FREE);
  return module ?? type.replace(/Builder$/, "");
}

function kindOf({ kind, returns }: Operation, receiver: string | undefined): Kind {
  if (kind === "getter") return "getter";
  if (kind === "operator" || receiver === undefined) return "function";
  return receiver.endsWith("Builder") && returns === receiver ? "option" : "method";
}

const DENIALS = ["PermissionDenied", "AuthorizationError"];

function thrownBy({ source, checks, denials, errors = [] }: Operation): readonly string[] {
  const isText = source === "text";
  const ofDenials = isText ? ["a denial"] : denials === undefined ? DENIALS : [denials];
  const all = checks.length > 0 ? [...ofDenials, ...errors] : errors;
  return [...new Set(all)].map((error) => (isText ? `text: ${error}` : `${source}::${error}`));
}

function callOf(
  { name, kind, module, parameters: [left, right] }: Operation,
  receiver: string | undefined,
  params: Item["params"],
): string {
  if (kind === "operator") return `${left} ${name} ${right}`;
  if (kind === "getter") return `${receiver}.${name}`;
  const shown = params.map(({ name, type }) => `${name}: ${type}`).join(", ");
  const owner = receiver === undefined ? "" : `${receiver}.`;
  return `${module === undefined ? owner : `${module}::`}${name}(${shown})`;
}

/** What constants and types have in common. */
const NAMED_ONLY = { params: [], checks: [], throws: [] } as const;

function constantItem({ module, name, value }: ConstantDefinition): Item {
  const full = `${module}::${name}`;
  const type = typeof value === "object" ? value.type : typeof value;
  return {
    ...NAMED_ONLY,
    name: full,
    kind: "constant",
    group: module,
    returns: type,
    signature: `${full}: ${type}`,
    summary: "",
    example: full,
  };
}

function typeItem({ name, example }: SdkType): Item {
  return {
    ...NAMED_ONLY,
    name,
    kind: "type",
    group: name.replace(/Builder$/, ""),
    returns: "()",
    signature: name,
    summary: "",
    ...(example ? { example: `let ${example.variable} = ${example.expression}` } : {}),
  };
}
