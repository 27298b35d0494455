/** Stable codes of what can be wrong with bundles and their repositories. */
export type BundleErrorCode =
  | "key_file"
  | "passphrase"
  | "signer"
  | "repository_busy"
  | "repository_io"
  | "repository_invalid";

export class BundleError extends Error {
  override readonly name = "BundleError";
  constructor(
    readonly code: BundleErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
