import { schemaText, withCedar, withinEngine } from "./cedar.ts";
import { PolicyError } from "./errors.ts";
import { ALL_ACTIONS, actionUids } from "./hierarchy.ts";
import { type Policy, type PolicySet, parsePolicySet, textOf } from "./policy-set.ts";
import { ownSchema, type Schema } from "./schema-json.ts";
import { type Position, positionAt, positionOfByte } from "./source.ts";
import { didYouMean } from "./suggestion.ts";
import { uidText } from "./uid-text.ts";
import { validationGroups } from "./validation-group.ts";

/** Something that strict validation finds. */
export interface Finding {
  readonly severity: "error" | "warning";
  /** Its id; none of a template, and of a file that does not parse. */
  readonly policy?: string;
  readonly message: string;
  readonly position?: Position;
  /** Name of the file, where there are several. */
  readonly file?: string;
}

/** Validates a parsed set against the schema, strictly; an error means that the policy can never work as written. */
export function validate(set: PolicySet): readonly Finding[] {
  const { validationErrors, validationWarnings } = withinEngine("the policy", () => {
    const suspects = suspectsIn(set);
    if (suspects.length === 0) return NOTHING;
    const each = Object.fromEntries(suspects.map(({ id, text }) => [id, text]));
    return strictly(set.schema?.text ?? schemaText(), each);
  });
  return [
    ...set.duplicates.map(
      (id): Finding => ({
        severity: "error",
        policy: id,
        message: `more than one policy has the id ${JSON.stringify(id)}`,
      }),
    ),
    ...(set.templates ?? []).map(
      (position): Finding => ({
        severity: "error",
        message: "a template has no effect; write a policy",
        position,
      }),
    ),
    ...inOrder(set, validationErrors).map((found) => finding(set, "error", found)),
    ...inOrder(set, validationWarnings).map((found) => finding(set, "warning", found)),
  ];
}

const NOTHING = { validationErrors: [], validationWarnings: [] };

/**
 * The policies of those groups in which anything is found: these are looked at again one by one, for what is to be said of
 * them. Together in one text, against a schema of what matters to them, Cedar takes a third of the time for the others.
 */
const suspectsIn = ({ policies, schema }: PolicySet): readonly Policy[] =>
  validationGroups(policies, schema?.facts?.json ?? ownSchema())
    .filter((group) => {
      const answer = validateBy(group.schema, textOf(group.policies));
      // An extension may speak of the type of actions that are left out.
      if (answer.type === "failure") return true;
      return answer.validationErrors.length + answer.validationWarnings.length > 0;
    })
    .flatMap((group) => group.policies);

/** @param staticPolicies by id, or in one text */
function validateBy(schema: string | Schema, staticPolicies: string | Record<string, string>) {
  const call = { schema, validationSettings: { mode: "strict" }, policies: { staticPolicies } } as const;
  return withCedar((cedar) => cedar.validate(call));
}

function strictly(schema: string, staticPolicies: Record<string, string>) {
  const answer = validateBy(schema, staticPolicies);
  if (answer.type === "success") return answer;
  throw new PolicyError("policy_engine", answer.errors.map(({ message }) => message).join("; "));
}

interface Answered {
  readonly policyId: string;
  readonly error: {
    readonly message: string;
    readonly help: string | null;
    readonly sourceLocations?: readonly { readonly start: number }[];
  };
}

/** In that of the policies: Cedar has none. */
function inOrder({ policies }: PolicySet, found: readonly Answered[]): readonly Answered[] {
  const order = new Map(policies.map(({ id }, index) => [id, index]));
  const placeOf = ({ policyId }: Answered): number => order.get(policyId) ?? 0;
  return [...found].sort((a, b) => placeOf(a) - placeOf(b));
}

function finding(set: PolicySet, severity: Finding["severity"], { policyId, error }: Answered): Finding {
  const policy = set.policies.find(({ id }) => id === policyId);
  const message = messageOf(error);
  const start = error.sourceLocations?.[0]?.start;
  if (!policy) return { severity, policy: policyId, message };
  const { name, text } = policy.file;
  const base = positionAt(text, policy.start);
  // The location is within the policy's own text.
  const within = start === undefined ? undefined : positionOfByte(policy.text, start);
  return {
    severity,
    policy: policyId,
    message,
    ...(name === undefined ? {} : { file: name }),
    ...(within ? { position: moved(base, within) } : {}),
  };
}

/** A place within a text that begins at `base`. */
const moved = (base: Position, { line, column }: Position): Position => ({
  line: base.line + line - 1,
  column: line === 1 ? base.column + column - 1 : column,
});

const UNKNOWN_ACTION = /unrecognized action `(.+)`$/;
const ACTION_NAMES = ALL_ACTIONS.map((action) => uidText(actionUids(action).uid));

/** Cedar's message, with the actions that may have been meant: Cedar itself suggests one of another namespace. */
function messageOf({ message, help }: Answered["error"]): string {
  const [, action] = UNKNOWN_ACTION.exec(message) ?? [];
  if (action !== undefined) return message + didYouMean(action, ACTION_NAMES);
  return [message, help].filter(Boolean).join("; ");
}

/** Parses `source` and refuses what strict validation finds wrong. @throws {PolicyError} code `policy_invalid` */
export function parseStrictly(source: string): PolicySet {
  const set = parsePolicySet(source);
  const [first, ...more] = validate(set).filter(({ severity }) => severity === "error");
  if (!first) return set;
  const others = more.length > 0 ? ` (and ${more.length} more)` : "";
  throw new PolicyError("policy_invalid", `${first.message}${others}`, {
    position: first.position,
    file: first.file,
  });
}
