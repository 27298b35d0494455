import type { Denied } from "../policy/errors.ts";

/** The text by which scripts and the runner know a denial; the runner classifies by "permission denied". */
export function denialMessage({ principal, request, decision }: Denied): string {
  if (decision.failure) return "Authorization check failed";
  const [namespace, action] = request.action.split(".");
  const { type } = request.resource;
  // URLs stand in quotes, paths do not: as scripts know both from the reference.
  const id = namespace === "network" ? `"${request.resource.id}"` : request.resource.id;
  return `Permission denied: ${principal} unauthorized to perform ${namespace}::Action::"${action}" for ${type}::${id}`;
}
