import { readSystemText } from "../../../platform/system.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** Seconds since the machine started, over which the drives at `drivesPath` have counted. */
export function countedFor(token: Authorized<"file_system.read">, drivesPath: string): number {
  expectFor(token, drivesPath);
  return Number.parseFloat(readSystemText("/proc/uptime")) || 0;
}
