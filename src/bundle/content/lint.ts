import { withCedar } from "../../policy/cedar.ts";
import { type Entity, type Policy, type PolicySet, positionOfPolicy } from "../../policy/index.ts";
import { uidsIn } from "../../policy/literals.ts";
import { uidText } from "../../policy/uid-text.ts";
import { type BundleContent, lineOfItem, type Placed } from "./content.ts";
import type { Finding } from "./finding.ts";
import type { TestResult } from "./run-tests.ts";

/** A policy that permits everything to everybody: strict validation has nothing against it. */
export function broadPermits({ policies }: PolicySet): readonly Finding[] {
  return policies.filter(permitsEverything).map((policy) => ({
    severity: "error",
    code: "policy_broad",
    message: `${policy.id} permits every action on everything to everybody; say what it is for in its scope`,
    file: policy.file.name,
    ...positionOfPolicy(policy),
  }));
}

function permitsEverything({ effect, scope, text }: Policy): boolean {
  if (effect !== "permit") return false;
  // Asking Cedar for each of a thousand policies would take a tenth of a second.
  if (scope && [scope.principal, scope.action, scope.resource].some(({ op }) => op !== "all")) return false;
  const answer = withCedar((cedar) => cedar.policyToJson(text));
  if (answer.type === "failure") return false;
  const { principal, action, resource, conditions } = answer.json;
  const hasScope = [principal, action, resource].some(({ op }) => op !== "All");
  return !hasScope && conditions.every(({ kind, body }) => isLiteral(body, kind === "when"));
}

/** `when { true }` and `unless { false }` are no conditions. */
const isLiteral = (expression: unknown, value: boolean): boolean =>
  JSON.stringify(expression) === JSON.stringify({ Value: value });

const MAX_NAMES = 10;

/** What can be used, but may be a mistake. */
export function advice(
  content: BundleContent,
  { policies }: PolicySet,
  tests: readonly TestResult[],
): readonly Finding[] {
  const decided = new Set(tests.flatMap(({ decision }) => decision?.policies ?? []));
  const untested = policies.map(({ id }) => id).filter((id) => !decided.has(id));
  const more = untested.length > MAX_NAMES ? ` and ${untested.length - MAX_NAMES} more` : "";
  return [
    ...(policies.length === 0 ? [warning("it has no policies: everything is denied")] : []),
    ...(untested.length === 0
      ? []
      : [warning(`no policy test is determined by ${untested.slice(0, MAX_NAMES).join(", ")}${more}`)]),
    ...unused(content).map((entity) => ({
      ...warning(`nothing names ${uidText(entity.value.uid)}; is its id mistyped?`),
      file: entity.file.name,
      line: lineOfItem(entity),
    })),
  ];
}

const warning = (message: string): Finding => ({ severity: "warning", code: "bundle_invalid", message });

const PRINCIPALS = ["User", "Agent", "Token"];

/** Entities that no policy and no other entity names. A group that is in another one is there for tokens. */
function unused({ policies, entities }: BundleContent): readonly Placed<Entity>[] {
  const text = policies.map((file) => file.text).join("\n");
  // With escapes a name can be written in many ways.
  if (text.includes("\\")) return [];
  const named = new Set([...text.matchAll(/"([^"\n]*)"/g)].map(([, id]) => id));
  const referred = new Set(
    entities.flatMap(({ value }) => uidsIn([value.attrs, value.tags, value.parents]).map(uidText)),
  );
  return entities.filter(({ value: { uid, parents } }) => {
    const connects = PRINCIPALS.includes(uid.type) || (uid.type === "Group" && parents.length > 0);
    return !connects && !named.has(uid.id) && !referred.has(uidText(uid));
  });
}
