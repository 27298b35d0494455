import type { DetailedError, PolicyJson } from "@cedar-policy/cedar-wasm/web";
import { withCedar, withinEngine } from "./cedar.ts";
import type { Entities } from "./entities.ts";
import { PolicyError } from "./errors.ts";
import type { ExtendedSchema } from "./schema.ts";
import { readScope, type Scope } from "./scope.ts";
import {
  type PolicyFile,
  type Position,
  positionAt,
  positionOfByte,
  type Statement,
  splitPolicies,
} from "./source.ts";

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
  /** Where its text stands. */
  readonly file: PolicyFile;
  /** Where in the file it begins, in UTF-16 units. */
  readonly start: number;
}

export interface PolicySet {
  readonly policies: readonly Policy[];
  /** By id of a permit that takes an approval, what it is for. */
  readonly approvals: ReadonlyMap<string, string>;
  /** Ids that more than one policy bears; `#2` and so on was added to the later ones. */
  readonly duplicates: readonly string[];
  /** Where templates begin, which are in no set: nothing links them. */
  readonly templates?: readonly Position[];
  /** Remit's schema with declarations that came with the policies. */
  readonly schema?: ExtendedSchema;
  /** What policies can know beside principal and resource. */
  readonly entities?: Entities;
}

/**
 * Policies as one text, which Cedar parses in a quarter of the time that it takes for each by itself, and in which it calls
 * them `policy0` and so on. Each begins on a line of its own: the one before may end in a comment.
 */
export const textOf = (policies: readonly Policy[]): string => policies.map(({ text }) => text).join("\n");

/** Parses a policy file. Templates are checked and left out: nothing links them. @throws {PolicyError} */
export function parsePolicySet(source: string): PolicySet {
  const file = { text: source };
  const ids = new Ids();
  const duplicates = new Set<string>();
  const statements = statementsOf(file);
  const policies = statements.flatMap((statement, index) => {
    if (statement.template) return [];
    const given = statement.id ?? `policy${index}`;
    const id = ids.take(given);
    if (id !== given) duplicates.add(given);
    return [toPolicy(statement, id, file)];
  });
  const templates = statements
    .filter(({ template }) => template)
    .map(({ start }) => positionAt(source, start));
  return { ...policySetOf(policies), duplicates: [...duplicates], templates };
}

export function policySetOf(policies: readonly Policy[]): PolicySet {
  const approvals = policies.flatMap(({ id, approval }) =>
    approval === undefined ? [] : [[id, approval] as const],
  );
  return { policies, approvals: new Map(approvals), duplicates: [] };
}

/**
 * The policies and templates of a file that Cedar takes.
 * @param isChecked Cedar has taken it before
 * @throws {PolicyError}
 */
export function statementsOf(file: PolicyFile, isChecked = false): readonly Statement[] {
  const statements = inFile(file, () => splitPolicies(file.text));
  if (isChecked) return statements;
  const checked = inFile(file, () => withCedar((cedar) => cedar.policySetTextToParts(file.text)));
  if (checked.type === "failure") throw syntaxError(file, checked.errors);
  const complete = statements.filter(({ template }) => !template);
  if (complete.length !== checked.policies.length) {
    throw new PolicyError("policy_engine", "the policy was read in two ways; it is refused", {
      file: file.name,
    });
  }
  return statements;
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

export function toPolicy(
  { text, start, scope, conditional, effect }: Statement,
  id: string,
  file: PolicyFile,
): Policy {
  // Cedar accepted the statement, so it has an effect; if the head was not understood, neither is the scope.
  const known = effect ?? jsonOf(text).effect;
  const approval = known === "permit" ? approvalOf(text) : undefined;
  return {
    id,
    text,
    effect: known,
    scope: effect ? readScope(scope) : undefined,
    conditional,
    file,
    start,
    ...(approval === undefined ? {} : { approval }),
  };
}

/** Value of the annotation `@approval`, as Cedar reads it. */
function approvalOf(text: string): string | undefined {
  // Most policies have none, and asking Cedar for each of a thousand would take a tenth of a second.
  if (!text.includes("approval")) return undefined;
  const { approval } = jsonOf(text).annotations ?? {};
  return approval === null ? "" : approval;
}

/** As Cedar reads it. @throws {PolicyError} */
function jsonOf(text: string): PolicyJson {
  const answer = withCedar((cedar) => cedar.policyToJson(text));
  if (answer.type === "success") return answer.json;
  throw new PolicyError("policy_engine", "the policy cannot be read");
}

/** What `read` returns; the file is named in its errors. */
function inFile<T>({ name }: PolicyFile, read: () => T): T {
  try {
    return withinEngine("the policy", read);
  } catch (error) {
    throw error instanceof PolicyError
      ? new PolicyError(error.code, error.message, { ...error, file: name })
      : error;
  }
}

function syntaxError({ name, text }: PolicyFile, errors: readonly DetailedError[]): PolicyError {
  const [first] = errors;
  const start = first?.sourceLocations?.[0]?.start;
  return new PolicyError("policy_syntax", first?.message ?? "the policy does not parse", {
    position: start === undefined ? undefined : positionOfByte(text, start),
    help: first?.help ?? undefined,
    file: name,
  });
}
