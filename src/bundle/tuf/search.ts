import { LIMITS } from "../../platform/limits.ts";
import { type Delegation, delegationsFor } from "./delegations.ts";
import type { Metadata } from "./metadata.ts";
import { type Target, targetIn } from "./target.ts";

/**
 * Searches for a target from `top` on, depth first and in the order of trust (TUF 5.6.7). What `load` throws ends it.
 * @param load gives the metadata of a role, for who delegates to it
 */
export async function searchTarget(
  path: string,
  top: Delegation,
  load: (delegation: Delegation) => Promise<Metadata<"targets">> | Metadata<"targets">,
): Promise<Target | undefined> {
  const visited = new Set<string>();
  const open = [top];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // TUF 5.6.7.1.
    if (visited.has(next.name)) continue;
    if (visited.size > LIMITS.delegations) return undefined;
    visited.add(next.name);
    const metadata = await load(next);
    const target = targetIn(path, metadata);
    if (target !== undefined) return target;
    // TUF 5.6.7.2.
    const delegations = delegationsFor(path, metadata);
    if (delegations.at(-1)?.terminating) open.length = 0;
    open.push(...delegations.toReversed());
  }
  return undefined;
}
