import type { Finding } from "../policy/index.ts";

/** What was found in a policy file; without a policy where the file does not parse. */
export type FileFinding = Omit<Finding, "policy"> & Partial<Pick<Finding, "policy">>;

/** `finding` as compilers show theirs, so that editors find the place. */
export function findingText(path: string, { severity, policy, message, position }: FileFinding): string {
  const place = position ? `:${position.line}:${position.column}` : "";
  const whose = policy === undefined ? "" : ` (policy ${JSON.stringify(policy)})`;
  return `${path}${place}: ${severity}: ${message.replaceAll("\n", " ")}${whose}`;
}
