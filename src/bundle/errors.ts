import type { PolicyErrorCode } from "../policy/index.ts";

/** What is wrong with metadata or with a target, by the checks of TUF. */
export type MetadataCode =
  | "metadata_invalid"
  | "missing"
  | "bad_signature"
  | "rollback"
  | "expired"
  | "mismatch"
  | "target_unknown";

/** What is wrong with the way to the repository. */
export type TransportCode =
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
export type StoreCode = "state_unavailable" | "bundle_damaged" | "bundle_refused";

/** What is wrong with an archive. */
export type ArchiveCode = "archive_invalid" | "archive_too_large";

/** What is wrong with what is in a bundle, or keeps it from being used here. Of policies, the codes of their room. */
export type ContentCode =
  | PolicyErrorCode
  | "bundle_invalid"
  | "bundle_wrong_fleet"
  | "bundle_wrong_channel"
  | "bundle_needs_newer"
  | "bundle_changed"
  | "policy_broad"
  | "script_invalid"
  | "test_failed"
  | "check_failed"
  | "check_timeout";

/** What is wrong with the repository of a central team, its keys, or what was asked of it. */
type RepositoryCode =
  | "key_file"
  | "passphrase"
  | "signer"
  | "repository_busy"
  | "repository_io"
  | "repository_invalid"
  | "keys_invalid"
  | "nothing_to_renew"
  | "nothing_staged"
  | "not_of_role"
  | "below_threshold"
  | "clock"
  | "wrong_channel"
  | "revision_used";

/** Stable codes of what can be wrong with bundles and their repositories. */
export type BundleErrorCode =
  | MetadataCode
  | TransportCode
  | StoreCode
  | ArchiveCode
  | ContentCode
  | RepositoryCode;

export interface BundleErrorOptions extends ErrorOptions {
  /** What the server answered with. */
  readonly status?: number;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Name of the file in the bundle. */
  readonly file?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
}

export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  constructor(
    readonly code: BundleErrorCode,
    message: string,
    { status, retryAfterMs, file, line, ...options }: BundleErrorOptions = {},
  ) {
    super(message, options);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.file = file;
    this.line = line;
  }

  /** The message after the place that it is about, as compilers have it. */
  get located(): string {
    return this.file === undefined ? this.message : `${placeText(this.file, this.line)}: ${this.message}`;
  }
}

export const placeText = (file: string, line?: number): string =>
  line === undefined ? file : `${file}:${line}`;
