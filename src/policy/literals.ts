import { withCedar } from "./cedar.ts";
import { PolicyError } from "./errors.ts";
import type { Policy } from "./policy-set.ts";
import type { EntityUid } from "./types.ts";

/** Of operators that look at the uid of this operand only. */
const COMPARED: { readonly [operator: string]: readonly string[] } = {
  "==": ["left", "right"],
  "!=": ["left", "right"],
  in: ["right"],
};

/**
 * The entities that conditions of the policy name and look into: whose attributes, tags or groups they ask for. An entity
 * that is only compared with (`principal in Group::"a"`) is none.
 */
export function literalsOf({ text }: Policy): readonly EntityUid[] {
  const answer = withCedar((cedar) => cedar.policyToJson(text));
  if (answer.type === "failure") throw new PolicyError("policy_engine", "the conditions cannot be read");
  return answer.json.conditions.flatMap(({ body }) => inExpression(body));
}

/** Every uid within a value of Cedar's JSON. */
export function uidsIn(value: unknown): readonly EntityUid[] {
  if (!isObject(value)) return [];
  const { type, id } = value;
  if (typeof type === "string" && typeof id === "string") return [{ type, id }];
  return Object.values(value).flatMap(uidsIn);
}

/** @param expression of Cedar's JSON: an operator by its name, with its operands */
function inExpression(expression: unknown): readonly EntityUid[] {
  if (!isObject(expression)) return [];
  return Object.entries(expression).flatMap(([operator, operands]) => {
    if (operator === "Value") return uidsIn(operands);
    if (!isObject(operands)) return [];
    // Names of a record are the policy's own, and may be those of operators.
    const compared = operator === "Record" ? [] : (COMPARED[operator] ?? []);
    return Object.entries(operands).flatMap(([name, operand]) =>
      compared.includes(name) && isLiteral(operand) ? [] : inExpression(operand),
    );
  });
}

/** A uid, or a set of uids. */
function isLiteral(expression: unknown): boolean {
  if (!isObject(expression)) return false;
  const { Set: items, Value: value } = expression;
  if (Array.isArray(items)) return items.every(isLiteral);
  return isObject(value) && "__entity" in value;
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null;
