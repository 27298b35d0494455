import { hasCapability } from "../../../platform/process.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** CAP_SYS_PTRACE, and CAP_DAC_OVERRIDE for a process of another user. */
const CAPABILITIES: readonly number[] = [19, 1];

/** Numbers of those capabilities to trace the process `pid` with that this program has itself. */
export function tracingCapabilities(token: Authorized<"process_system.trace">, pid: number): number[] {
  expectFor(token, String(pid));
  return CAPABILITIES.filter(hasCapability);
}
