export type { DenialRecord } from "../audit/denials.ts";
export { AUTONOMY, MAX_AUTONOMY } from "../runner/autonomy.ts";
export { OUTCOMES } from "../runner/explain-protocol.ts";
export { DENIAL_REASONS } from "../runner/protocol.ts";
export { Agent, type AgentOptions, type AgentStatus, type RunRequest } from "./agent.ts";
export type { PendingApproval } from "./approvals.ts";
export { AgentError, type AgentErrorCode } from "./errors.ts";
export { type NumberedEvent, Run, type RunStatus } from "./runs.ts";
export { type Caller, SCOPES, type Scope, type Token, Tokens } from "./tokens.ts";
