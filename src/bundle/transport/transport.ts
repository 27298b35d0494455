/** What a repository answers. */
export type Answer =
  | { readonly status: 200; readonly body: Uint8Array; readonly etag?: string }
  | { readonly status: 304 }
  | { readonly status: 403 | 404 };

/** Fetches files of a repository. */
export interface Transport {
  /**
   * Fetches a file. What it says is for others to verify.
   * @param path relative to the repository, its segments percent-encoded: `metadata/2.root.json`
   * @param options.maxBytes bytes that the body has at most
   * @param options.etag what came with the file that is held already; it alone makes 304 an answer
   * @throws {BundleError} when there is no answer, or another one
   */
  get(path: string, options: { readonly maxBytes: number; readonly etag?: string }): Promise<Answer>;
}
