/** Why the agent does not take a run, or does not do what it was asked; stable codes. */
export type AgentErrorCode =
  | "killed"
  | "queue_full"
  | "stopping"
  | "audit_unavailable"
  | "tokens_unreadable"
  | "policy_refused"
  | "update_failed"
  | "script_not_approved"
  | "script_not_found"
  | "approval_not_found"
  | "run_ended";

export class AgentError extends Error {
  override readonly name = "AgentError";
  constructor(
    readonly code: AgentErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
