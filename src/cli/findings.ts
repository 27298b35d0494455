import type { Finding } from "../policy/index.ts";

/** How Cedar begins a message about a policy. */
const POLICY_NAMED = /^for policy `[^`]*`, /;

/** `finding` as compilers show theirs, so that editors find the place. */
export function findingText(path: string, { severity, policy, message, position }: Finding): string {
  const place = position ? `:${position.line}:${position.column}` : "";
  const whose = policy === undefined ? "" : ` (policy ${JSON.stringify(policy)})`;
  const what = message.replace(POLICY_NAMED, "").replaceAll("\n", " ");
  return `${path}${place}: ${severity}: ${what}${whose}`;
}
