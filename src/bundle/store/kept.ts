import { createHash } from "node:crypto";
import { closing, type Fd, openAt, readAll } from "../../platform/file.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { BundleError } from "../errors.ts";
import { ENDING, FOLDER } from "./directory.ts";

/** Where in the state directory a bundle is kept. */
export const keptName = (sha256: string): string => `${FOLDER}/${sha256}${ENDING}`;

/**
 * A bundle that is kept in the state directory `state`, for processes that only read: checked by its hash, and nothing of
 * it unpacked on the disk.
 * @throws {BundleError} `state_unavailable`
 */
export function readKept(state: Fd, sha256: string): Uint8Array {
  const refusal = (why: string, cause?: unknown): BundleError =>
    new BundleError("state_unavailable", `the bundle ${sha256} ${why}`, { cause });
  let bytes: Uint8Array;
  try {
    const folder = openAt(state, FOLDER, { access: "read", directory: true });
    bytes = closing(folder, () =>
      closing(openAt(folder, `${sha256}${ENDING}`, { access: "read" }), (fd) =>
        readAll(fd, LIMITS.bundleBytes),
      ),
    );
  } catch (error) {
    if (!(error instanceof OsError || error instanceof LimitError)) throw error;
    throw refusal(`cannot be read: ${error.message}`, error);
  }
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  throw refusal("is not what its name says: its file was changed");
}
