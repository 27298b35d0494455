import type { Denied } from "../policy/errors.ts";
import type { EntityUid } from "../policy/types.ts";

/**
 * The text by which scripts and the runner know a denial; the runner classifies by "permission denied".
 * @param resource what is shown of the resource, where that is not its type and id
 */
export function denialMessage(denied: Denied, resource = shownResource(denied.request.resource)): string {
  const { principal, request, decision, because } = denied;
  if (decision.failure) return "Authorization check failed";
  const [namespace, action] = request.action.split(".");
  const what = `Permission denied: ${principal} unauthorized to perform ${namespace}::Action::"${action}" for ${resource}`;
  return because === undefined ? what : `${what} (${because})`;
}

/** URLs stand in quotes, paths do not, and what belongs to the system has its type once more: as scripts know them. */
function shownResource({ type, id }: EntityUid): string {
  if (type.startsWith("network::")) return `${type}::"${id}"`;
  return type.startsWith("sysinfo::") ? `${type}::${type}::"${id}"` : `${type}::${id}`;
}
