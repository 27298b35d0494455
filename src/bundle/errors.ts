/** What is wrong with an archive. */
type ArchiveCode = "archive_invalid" | "archive_too_large";

/** What is wrong with the repository of a central team, its keys, or what was asked of it. */
type RepositoryCode =
  | "key_file"
  | "passphrase"
  | "signer"
  | "repository_busy"
  | "repository_io"
  | "repository_invalid";

/** Stable codes of what can be wrong with bundles and their repositories. */
export type BundleErrorCode = ArchiveCode | RepositoryCode;

export interface BundleErrorOptions extends ErrorOptions {
  /** Name of the file in the bundle. */
  readonly file?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
}

export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly file: string | undefined;
  readonly line: number | undefined;
  constructor(
    readonly code: BundleErrorCode,
    message: string,
    { file, line, ...options }: BundleErrorOptions = {},
  ) {
    super(message, options);
    this.file = file;
    this.line = line;
  }
}
