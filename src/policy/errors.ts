import type { AuthorizationRequest, Decision } from "./types.ts";

/** Thrown by `Access.require`: the policy did not allow `request`, or something beside it did not. */
export class Denied extends Error {
  override readonly name = "Denied";
  constructor(
    readonly principal: string,
    readonly request: AuthorizationRequest,
    readonly decision: Decision,
    /** Why, where it is not the policy: a dry run, or an approval that was not given. */
    readonly because?: string,
  ) {
    super(`${principal} may not ${request.action} ${request.resource.type}::${request.resource.id}`);
  }
}

/** Stable codes of what can be wrong with a policy file. */
export type PolicyErrorCode =
  | "policy_too_large"
  | "policy_too_deep"
  | "policy_syntax"
  | "policy_invalid"
  | "policy_engine";

/** A policy that cannot be loaded. `line` and `column` count from 1 where they are known. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  constructor(
    readonly code: PolicyErrorCode,
    message: string,
    readonly position?: { readonly line: number; readonly column: number },
    /** What Cedar advises. */
    readonly help?: string,
  ) {
    super(message);
  }

  /** The message with the advice. */
  get explained(): string {
    return this.help === undefined ? this.message : `${this.message}; ${this.help}`;
  }

  /** As {@link explained}, after the place in the text. */
  get located(): string {
    if (this.position === undefined) return this.explained;
    return `line ${this.position.line}, column ${this.position.column}: ${this.explained}`;
  }
}
