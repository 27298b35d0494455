import type { DetailedError } from "@cedar-policy/cedar-wasm/web";
import { withCedar } from "./cedar.ts";
import { PolicyError } from "./errors.ts";
import { readScope, type Scope } from "./scope.ts";
import { positionAt, type Statement, splitPolicies } from "./source.ts";

export interface Policy {
  /** Of `@id`; else `policy` and its number in the file, as Cedar names it. */
  readonly id: string;
  readonly text: string;
  readonly effect: "permit" | "forbid";
  /** `undefined` where it is not known for certain: the policy belongs to every slice. */
  readonly scope: Scope | undefined;
  /** Its scope alone does not decide. */
  readonly conditional: boolean;
  /** Of `@approval("…")` on a permit: somebody has to approve what it permits. The text says what for. */
  readonly approval?: string;
}

export interface PolicySet {
  readonly source: string;
  readonly policies: readonly Policy[];
  /** By id of a permit that takes an approval, what it is for. */
  readonly approvals: ReadonlyMap<string, string>;
  /** Ids that more than one policy bears; `#2` and so on was added to the later ones. */
  readonly duplicates: readonly string[];
}

/** Parses a policy file. Templates are checked and left out: nothing links them. @throws {PolicyError} */
export function parsePolicySet(source: string): PolicySet {
  const statements = splitPolicies(source);
  const checked = attempt(() => withCedar((cedar) => cedar.policySetTextToParts(source)));
  if (checked.type === "failure") throw syntaxError(source, checked.errors);
  const complete = statements.filter(({ template }) => !template);
  if (complete.length !== checked.policies.length) {
    throw new PolicyError("policy_engine", "the policy was read in two ways; it is refused");
  }
  const ids = new Ids();
  const duplicates = new Set<string>();
  const policies = statements.flatMap((statement, index) => {
    if (statement.template) return [];
    const given = statement.id ?? `policy${index}`;
    const id = ids.take(given);
    if (id !== given) duplicates.add(given);
    return [toPolicy(statement, id)];
  });
  const approvals = policies.flatMap(({ id, approval }) =>
    approval === undefined ? [] : [[id, approval] as const],
  );
  return { source, policies, approvals: new Map(approvals), duplicates: [...duplicates] };
}

/** Ids of a policy set. Two policies of one id would be one policy, and the other, perhaps a forbid, would be lost. */
class Ids {
  /** By id that is taken, the number that was last added to it. */
  private readonly taken = new Map<string, number>();

  /** `id`, or where it is taken, with the next number that makes another of it. */
  take(id: string): string {
    const number = this.taken.get(id);
    if (number === undefined) {
      this.taken.set(id, 1);
      return id;
    }
    this.taken.set(id, number + 1);
    const next = `${id}#${number + 1}`;
    return this.taken.has(next) ? this.take(id) : this.take(next);
  }
}

function toPolicy({ text, scope, conditional, effect }: Statement, id: string): Policy {
  const approval = effect === "permit" ? approvalOf(text) : undefined;
  // Cedar accepted the statement, so it has an effect; if the head was not understood, neither is the scope.
  return {
    id,
    text,
    effect: effect ?? "forbid",
    scope: effect ? readScope(scope) : undefined,
    conditional,
    ...(approval === undefined ? {} : { approval }),
  };
}

/** Value of the annotation `@approval`, as Cedar reads it. */
function approvalOf(text: string): string | undefined {
  // Most policies have none, and asking Cedar for each of a thousand would take a tenth of a second.
  if (!text.includes("approval")) return undefined;
  const answer = withCedar((cedar) => cedar.policyToJson(text));
  if (answer.type === "failure") throw new PolicyError("policy_engine", "the annotations cannot be read");
  const { approval } = answer.json.annotations ?? {};
  return approval === null ? "" : approval;
}

function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    throw new PolicyError(
      "policy_engine",
      "the policy cannot be parsed: it is too complex for the policy engine",
    );
  }
}

function syntaxError(source: string, errors: readonly DetailedError[]): PolicyError {
  const [first] = errors;
  const start = first?.sourceLocations?.[0]?.start;
  return new PolicyError(
    "policy_syntax",
    first?.message ?? "the policy does not parse",
    start === undefined ? undefined : positionOfByte(source, start),
    first?.help ?? undefined,
  );
}

/** Cedar counts in bytes of UTF-8. */
export function positionOfByte(
  source: string,
  byte: number,
): { readonly line: number; readonly column: number } {
  const before = new TextDecoder().decode(new TextEncoder().encode(source).subarray(0, byte));
  return positionAt(source, before.length);
}
