import { OsError } from "../../../platform/os-error.ts";
import { readSystemText } from "../../../platform/system.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { type ErrorSource, SdkError } from "../../errors.ts";

/** The text of a file of `/proc`. An error of the system is told as one of `source`. */
export function procText(token: Authorized<"file_system.read">, path: string, source: ErrorSource): string {
  expectFor(token, path);
  try {
    return readSystemText(path);
  } catch (error) {
    throw error instanceof OsError ? new SdkError(source, "Other" as never, messageOf(error, path)) : error;
  }
}

function messageOf({ code, message }: OsError, path: string): string {
  if (code === "EACCES" || code === "EPERM") return `Permission Denied: ${path}`;
  if (code === "ENOENT" || code === "ESRCH") return `File not found: ${path}`;
  return `Unexpected IO error(${path}): ${message}`;
}
