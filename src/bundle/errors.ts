/** What is wrong with metadata or with a target, by the checks of TUF. */
type MetadataCode =
  | "metadata_invalid"
  | "missing"
  | "bad_signature"
  | "rollback"
  | "expired"
  | "mismatch"
  | "target_unknown";

/** What is wrong with the way to the repository. */
type TransportCode =
  | "unreachable"
  | "certificate"
  | "certificate_time"
  | "timeout"
  | "too_large"
  | "incomplete"
  | "encoding"
  | "redirect"
  | "http_status"
  | "captive_portal";

/** What is wrong with the state on the disk. */
type StoreCode = "state_unavailable";

/** Stable codes of what can be wrong with bundles and their repositories. */
export type BundleErrorCode = MetadataCode | TransportCode | StoreCode;

export interface BundleErrorOptions extends ErrorOptions {
  /** What the server answered with. */
  readonly status?: number;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly code: BundleErrorCode,
    message: string,
    { status, retryAfterMs, ...options }: BundleErrorOptions = {},
  ) {
    super(message, options);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}
