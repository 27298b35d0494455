/** The decision log cannot be written: whoever wanted to act must not. */
export class AuditError extends Error {
  override readonly name = "AuditError";
  readonly code = "audit_unavailable";
  constructor(options?: ErrorOptions) {
    const reason = options?.cause instanceof Error ? `: ${options.cause.message}` : "";
    super(`the decision log cannot be written${reason}`, options);
  }
}
