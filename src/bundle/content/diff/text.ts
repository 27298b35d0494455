import type { BundleDiff, Change, DecisionChange } from "./diff.ts";
import type { Consequence, PolicyChange } from "./policies.ts";

/** Titles of policies by what their change comes to; what matters most comes first. */
const CONSEQUENCES: { readonly [allows in Consequence]: string } = {
  more: "policies that can allow more than before",
  unclear: "policies of which it cannot be said: they can allow more or less",
  less: "policies that allow nothing more than before",
  nothing: "policies that mean the same",
};

const SIGNS = { added: "+", removed: "-", changed: "~", renamed: "=" } as const;

/** `diff` for a person who is to agree to it. */
export function diffText(diff: BundleDiff): string {
  const { metadata, policies, decisions, limits, schema, entities, scripts, tests } = diff;
  const kill = metadata.find(({ name }) => name === "kill");
  const others = metadata.filter(({ name }) => name !== "kill");
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["kill", kill === undefined ? [] : [killText(kill)]],
    ...Object.entries(CONSEQUENCES).map(([allows, title]): [string, readonly string[]] => [
      title,
      policies.filter((change) => change.allows === allows).map(policyText),
    ]),
    ["requests of policy tests that are decided otherwise", decisions.map(decisionText)],
    ["limits", limits.map(valueText)],
    ["schema", schema.map(nameText)],
    ["entities", entities.map(valueText)],
    ["approved scripts", scripts.map(nameText)],
    ["policy tests", tests.map(nameText)],
    ["metadata", others.map(valueText)],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  if (shown.length === 0) return "nothing differs\n";
  return shown
    .map(([title, lines]) => `${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`)
    .join("\n");
}

function killText({ before, after }: Change): string {
  if (after === undefined) return `what was stopped goes on: ${String(before)}`;
  return `EVERYTHING IS STOPPED while this bundle is the active one: ${String(after)}`;
}

function policyText({ id, change, effect, what, before, after }: PolicyChange): string {
  const head = `${SIGNS[change]} ${effect} ${id}${what.length === 0 ? "" : `: ${what.join(", ")}`}`;
  return [head, ...lines("-", before), ...lines("+", after)].join("\n");
}

const lines = (sign: string, text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split("\n").map((line) => `      ${sign} ${line}`);

const decisionText = ({ test, file, request, before, after }: DecisionChange): string =>
  `${before} → ${after}: ${request.principal} ${request.action} ${request.resource} (${file}: ${test})`;

const sign = ({ before, after }: Change): string =>
  before === undefined ? SIGNS.added : after === undefined ? SIGNS.removed : SIGNS.changed;

const nameText = (change: Change): string => `${sign(change)} ${change.name}`;

function valueText(change: Change): string {
  const values = [change.before, change.after].filter((value) => value !== undefined);
  return `${nameText(change)}: ${values.map((value) => JSON.stringify(value)).join(" → ")}`;
}
