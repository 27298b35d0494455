import { readInput } from "../../platform/input.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { BundleError } from "../errors.ts";

/** The content of a file that the user named. @throws {BundleError} repository_io */
export function readNamedFile(path: string, maxBytes: number): Uint8Array {
  try {
    return readInput(path, maxBytes);
  } catch (cause) {
    if (!(cause instanceof OsError || cause instanceof LimitError)) throw cause;
    throw new BundleError("repository_io", `${path}: ${cause.message}`, { cause });
  }
}
