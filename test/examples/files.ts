import { readFileSync } from "node:fs";
import { join } from "node:path";

export const EXAMPLES = join(import.meta.dirname, "../../examples");

/** Path of a file of `examples/`. */
export const path = (name: string): string => join(EXAMPLES, name);

/** Its text. */
export const text = (name: string): string => readFileSync(path(name), "utf8");

/** `source` with something else in place of each name, which it must have. */
export function placed(source: string, places: { readonly [name: string]: string }): string {
  return Object.entries(places).reduce((result, [name, place]) => {
    if (!result.includes(name)) throw new Error(`${name} is not in ${source}`);
    return result.replaceAll(name, place);
  }, source);
}

/** Code blocks of a Markdown text that are in `language`. */
export function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , code = ""]) => code);
}
