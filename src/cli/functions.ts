import { didYouMean } from "../policy/suggestion.ts";
import { surface } from "../sdk/index.ts";
import { catalogue } from "./catalogue.ts";
import type { Given } from "./command.ts";
import { type Item, named, namesOf } from "./item.ts";
import { itemsText } from "./item-text.ts";
import { print, printError } from "./terminal.ts";

/** `remit functions [NAME]`: 1 when nothing has this name. */
export function showFunctions({ options, operand }: Given): number {
  const all = catalogue(surface);
  const shown = operand === undefined ? all : named(all, operand);
  if (operand !== undefined && shown.length === 0) {
    printError(`error: no function, type or constant is called '${operand}'${nearOf(all, operand)}\n`);
    return 1;
  }
  print(options.has("json") ? `${JSON.stringify(shown, undefined, 2)}\n` : itemsText(shown));
  return 0;
}

/** Names that are near, or else those that contain it. */
function nearOf(all: readonly Item[], name: string): string {
  const names = all.flatMap(namesOf);
  const near = didYouMean(name, names);
  if (near !== "" || name.length < 3) return near;
  const within = [...new Set(names)].filter((found) => found.toLowerCase().includes(name.toLowerCase()));
  return within.length === 0 ? "" : `; in these it occurs: ${within.slice(0, 5).join(", ")}`;
}
