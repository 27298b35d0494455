/** The decision log cannot be written: whoever wanted to act must not. */
export class AuditError extends Error {
  override readonly name = "AuditError";
  readonly code = "audit_unavailable";
  constructor(options?: ErrorOptions) {
    const reason = options?.cause instanceof Error ? `: ${options.cause.message}` : "";
    super(`the decision log cannot be written${reason}`, options);
  }
}

/** Why something did not get to the central team, or may come to it twice; stable codes. */
export type UploadFailureCode =
  | "unreachable"
  | "timed_out"
  | "token_unusable"
  | "authority_unusable"
  | "unauthorized"
  | "redirected"
  | "refused"
  | "rejected"
  | "too_large"
  | "unavailable"
  | "place_not_kept"
  | "fault";

/** A failure that somebody may look at later, so no exception. */
export interface UploadFailure {
  readonly code: UploadFailureCode;
  /** What happened, and what to do. */
  readonly message: string;
  /** Of the answer, if there was one. */
  readonly httpCode?: number;
  /** How long the central team wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What a report needs on this machine cannot be used. */
export class UploadError extends Error {
  override readonly name = "UploadError";
  constructor(
    readonly code: UploadFailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
