import { PolicyError } from "./errors.ts";
import { type Policy, type PolicySet, policySetOf, statementsOf, toPolicy } from "./policy-set.ts";
import { type PolicyFile, type Position, positionAt, type Statement } from "./source.ts";

/** A policy file that has a name. */
export type NamedPolicyFile = PolicyFile & { readonly name: string };

/**
 * Policies of several files as one set, in which each has an id that no other has, in whatever case: whoever reads of it in
 * a denial shall know which it is. One without `@id` is called after its file and its number there, as in
 * `network.policy2` for the third of `network.cedar`.
 */
export class PolicyFiles {
  private readonly taken = new Map<string, Policy>();

  /**
   * @param isChecked this very program has parsed the file before
   * @throws {PolicyError} also for a template, which nothing would link
   */
  add(file: NamedPolicyFile, isChecked = false): void {
    for (const [index, statement] of statementsOf(file, isChecked).entries()) {
      if (statement.template) throw refusal(file, statement, "a template has no effect; write a policy");
      const id = statement.id ?? `${stemOf(file.name)}.policy${index}`;
      const same = this.taken.get(id.toLowerCase());
      if (same !== undefined) throw refusal(file, statement, notUnique(id, same));
      this.taken.set(id.toLowerCase(), toPolicy(statement, id, file));
    }
  }

  set(): PolicySet {
    return policySetOf([...this.taken.values()]);
  }
}

/** All of `files` as one set. @throws {PolicyError} as {@link PolicyFiles.add} */
export function parsePolicyFiles(files: readonly NamedPolicyFile[]): PolicySet {
  const all = new PolicyFiles();
  for (const file of files) all.add(file);
  return all.set();
}

/** Where the text of a policy begins, after what stands between it and the one before. */
export const positionOfPolicy = ({ file, text, start }: Policy): Position => beginOf(file, text, start);

function beginOf({ text: whole }: PolicyFile, text: string, start: number): Position {
  const [between = ""] = /^(?:\s|\/\/[^\n\r]*)*/.exec(text) ?? [];
  return positionAt(whole, start + between.length);
}

function notUnique(id: string, same: Policy): string {
  const { line } = positionOfPolicy(same);
  const differs = same.id === id ? "" : `, which differs from ${same.id} in case only`;
  return `the policy at ${same.file.name}:${line} has the id ${JSON.stringify(id)}${differs}, too; give it another @id`;
}

const refusal = (file: NamedPolicyFile, { text, start }: Statement, message: string): PolicyError =>
  new PolicyError("policy_invalid", message, { file: file.name, position: beginOf(file, text, start) });

/** `network` of `policies/network.cedar`. */
const stemOf = (name: string): string => name.replace(/^.*\//, "").replace(/\.cedar$/, "");
