export { Agent, type AgentOptions, type AgentStatus, type RunRequest } from "./agent.ts";
export { AgentError, type AgentErrorCode } from "./errors.ts";
export type { NumberedEvent, Run, RunStatus } from "./runs.ts";
export { type Caller, MAX_AUTONOMY, OBSERVE, SCOPES, type Scope, type Token, Tokens } from "./tokens.ts";
