import { readInput } from "../../platform/input.ts";
import { LIMITS, LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { expectWithin } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import { BUNDLE_BOUNDS } from "./layout.ts";

/** The bytes of a bundle's file. @throws {BundleError} */
export function readBytes(path: string): Uint8Array {
  try {
    return readInput(path, LIMITS.bundleBytes);
  } catch (error) {
    if (error instanceof LimitError) expectWithin(BUNDLE_BOUNDS.bytes, Number.POSITIVE_INFINITY);
    if (!(error instanceof OsError)) throw error;
    throw new BundleError("bundle_invalid", `it cannot be read: ${error.message}`, {
      file: path,
      cause: error,
    });
  }
}
