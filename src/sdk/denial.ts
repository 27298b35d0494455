import type { Denied } from "../policy/errors.ts";

/** The text by which scripts and the runner know a denial; the runner classifies by "permission denied". */
export function denialMessage({ principal, request, decision }: Denied): string {
  if (decision.failure) return "Authorization check failed";
  const [namespace, action] = request.action.split(".");
  const { type } = request.resource;
  const id = shownId(namespace, type, request.resource.id);
  return `Permission denied: ${principal} unauthorized to perform ${namespace}::Action::"${action}" for ${type}::${id}`;
}

/** URLs stand in quotes, paths do not, and what belongs to the system has its type once more: as scripts know them. */
function shownId(namespace: string | undefined, type: string, id: string): string {
  if (namespace === "network") return `"${id}"`;
  return namespace === "sysinfo" ? `${type}::"${id}"` : id;
}
