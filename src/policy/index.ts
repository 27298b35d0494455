export { type AccessOptions, createAccess } from "./access.ts";
export { prepareCedar } from "./cedar.ts";
export { Denied, PolicyError, type PolicyErrorCode } from "./errors.ts";
export { explain } from "./explain.ts";
export { type Policy, type PolicySet, parsePolicySet } from "./policy-set.ts";
export { MAX_POLICY_BYTES, MAX_POLICY_NESTING } from "./source.ts";
export * from "./types.ts";
export { type Finding, parseStrictly, validate } from "./validate.ts";
