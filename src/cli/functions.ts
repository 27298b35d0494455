import { didYouMean } from "../policy/suggestion.ts";
import { surface } from "../sdk/index.ts";
import { allNames, type Catalogue, catalogue, type Entry, FREE, isEmpty, named } from "./catalogue.ts";
import type { Given } from "./command.ts";
import { print, printError } from "./terminal.ts";

/** `remit functions [NAME]`: 1 when nothing has this name. */
export function showFunctions({ options, operand }: Given): number {
  const all = catalogue(surface);
  const shown = operand === undefined ? all : named(all, operand);
  if (operand !== undefined && isEmpty(shown)) {
    printError(`error: no function, type or constant is called '${operand}'${nearOf(all, operand)}\n`);
    return 1;
  }
  print(options.has("json") ? `${JSON.stringify(asJson(shown), undefined, 2)}\n` : asText(shown));
  return 0;
}

/** Names that are near, or else those that contain it. */
function nearOf(all: Catalogue, name: string): string {
  const names = allNames(all);
  const near = didYouMean(name, names);
  if (near !== "" || name.length < 3) return near;
  const within = [...new Set(names)].filter((found) => found.toLowerCase().includes(name.toLowerCase()));
  return within.length === 0 ? "" : `; in these it occurs: ${within.slice(0, 5).join(", ")}`;
}

const asJson = ({ functions, types, constants }: Catalogue) => ({
  functions,
  types: types.map(({ name, typeOf, values }) => ({
    name,
    typeOf: typeOf ?? name,
    ...(values ? { values } : {}),
  })),
  constants: constants.map(({ module, name }) => `${module}::${name}`),
});

function asText({ functions, types, constants }: Catalogue): string {
  const enumerations = types.filter(({ values }) => values !== undefined);
  const objects = types.filter(({ values }) => values === undefined);
  return [
    ...Object.entries(Object.groupBy(functions, ({ group }) => group)).map(([group, entries = []]) =>
      section(group === FREE ? "Functions" : group, entries.flatMap(entryLines)),
    ),
    ...Object.entries(Object.groupBy(constants, ({ module }) => module)).map(([module, members = []]) =>
      section(`Constants of ${module}`, [members.map(({ name }) => `${module}::${name}`).join(", ")]),
    ),
    section(
      "Enumerations",
      enumerations.map(({ name, values = [] }) => `${name}: ${values.join(", ")}`),
    ),
    section(
      "Types",
      objects.map(({ name }) => name),
    ),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}\n`).join("")}`;

function entryLines({ signature, summary, checks, only }: Entry): string[] {
  return [
    signature,
    `    ${summary}${only === undefined ? "" : ` (${only} only)`}`,
    ...checks.map((check, index) => `    ${index === 0 ? "checks" : "      "} ${check}`),
  ];
}
