import type { Position } from "./source.ts";
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

/** Stable codes of what can be wrong with a policy, and with what comes with it. */
export type PolicyErrorCode =
  | "policy_too_large"
  | "policy_too_deep"
  | "policy_syntax"
  | "policy_invalid"
  | "policy_engine"
  | "schema_invalid"
  | "entities_invalid";

interface PolicyErrorOptions {
  readonly position?: Position | undefined;
  /** What Cedar advises. */
  readonly help?: string | undefined;
  /** Name of the file, where there are several. */
  readonly file?: string | undefined;
}

/** A policy that cannot be loaded. `line` and `column` count from 1 where they are known. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly position: Position | undefined;
  readonly help: string | undefined;
  readonly file: string | undefined;
  constructor(
    readonly code: PolicyErrorCode,
    message: string,
    { position, help, file }: PolicyErrorOptions = {},
  ) {
    super(message);
    this.position = position;
    this.help = help;
    this.file = file;
  }

  /** The message with the advice. */
  get explained(): string {
    return this.help === undefined ? this.message : `${this.message}; ${this.help}`;
  }

  /** As {@link explained}, after the place in the text. */
  get located(): string {
    const { file, position } = this;
    const place = position && `line ${position.line}, column ${position.column}`;
    return [file, place, this.explained].filter((part) => part !== undefined).join(": ");
  }
}
