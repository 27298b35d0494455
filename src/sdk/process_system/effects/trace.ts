import { CAPABILITY, capabilities } from "../../../platform/privilege.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** The second is for a process of another user. */
const NEEDED: readonly number[] = [CAPABILITY.sysPtrace, CAPABILITY.dacOverride];

/** Numbers of those capabilities to trace the process `pid` with that this program has itself. */
export function tracingCapabilities(token: Authorized<"process_system.trace">, pid: number): number[] {
  expectFor(token, String(pid));
  const held = capabilities();
  return NEEDED.filter((capability) => held.has(capability));
}
