import { OsError } from "../../../platform/os-error.ts";
import { readKernelLog, readSystemText } from "../../../platform/system.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { systemError } from "../errors.ts";

type Read = Authorized<"file_system.read">;

/** The records of the kernel's log, the oldest first. */
export function recordsOf(token: Read, path: string): string[] {
  expectFor(token, path);
  try {
    return readKernelLog(path);
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    const reason =
      error.code === "EPERM"
        ? `OperationNotPermitted: Open File ${path}`
        : `Unable to open file ${path}: ${error.message}`;
    throw systemError(`RMesgError:: ${reason}`);
  }
}

/** When the machine started, which the times in its log count from, in seconds since 1970. */
export function startOf(token: Read, path: string): number {
  expectFor(token, path);
  return Number(/^btime (\d{1,15})$/m.exec(readSystemText("/proc/stat"))?.[1] ?? 0);
}
