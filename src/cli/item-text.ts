import { FREE, type Item } from "./item.ts";

/** `items` as `remit functions` and `docs/sdk.md` show them, in sections by what they belong to. */
export function itemsText(items: readonly Item[]): string {
  return [...sections(items)].map(({ title, lines }) => `${title}\n${indented(lines)}`).join("\n");
}

/** Items of one group, as lines of text. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** In the order in which groups first occur; what belongs to none comes first. */
export function* sections(items: readonly Item[]): Generator<Section> {
  const groups = Map.groupBy(items, ({ group }) => group);
  const free = groups.get(FREE);
  if (free) yield { title: "Functions", lines: free.flatMap(itemLines) };
  for (const [group, members] of groups) {
    if (group !== FREE) yield { title: group, lines: groupLines(members) };
  }
}

/** A type first says how one comes by it; then what can be called; the constants are a line. */
function groupLines(members: readonly Item[]): readonly string[] {
  const constants = members.filter(({ kind }) => kind === "constant").map(({ name }) => name);
  return [
    ...members.flatMap(({ kind, example }) => (kind === "type" && example !== undefined ? [example] : [])),
    ...members.filter(({ kind }) => kind !== "type" && kind !== "constant").flatMap(itemLines),
    ...(constants.length === 0 ? [] : [constants.join(", ")]),
  ];
}

function itemLines({ signature, summary, checks, throws, example, only }: Item): readonly string[] {
  return [
    signature,
    `    ${summary}${only === undefined ? "" : ` (${only} only)`}`,
    ...labelled("checks", checks),
    ...(throws.length === 0 ? [] : labelled("throws", [throws.join(", ")])),
    ...(example === undefined ? [] : labelled("example", [example])),
  ];
}

const labelled = (label: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `    ${(index === 0 ? label : "").padEnd(8)} ${line}`);

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join("");
