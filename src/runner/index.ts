export { CANDIDATE, type PolicySource, policySource, readPolicy, writePolicy } from "./active-policy.ts";
export { parseArguments } from "./arguments.ts";
export { CONTROL_FILE, Control } from "./control.ts";
export { ERROR_TYPES, RunError, type RunErrorCode } from "./errors.ts";
export { protectionPolicies } from "./protection.ts";
export type { ErrorType, RunResult } from "./result.ts";
export { type Program, type RunInput, refusedResult, runScript } from "./run.ts";
export { type LogLevel, logLevel, RunState } from "./run-state.ts";
export { serveJobs } from "./runner.ts";
