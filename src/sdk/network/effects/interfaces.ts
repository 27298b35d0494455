import { type Interfaces, interfaces } from "../../../platform/network.ts";
import type { Authorized } from "../../../policy/types.ts";

/** The interfaces of this machine. It is the only one of its kind: the token is for it and for nothing else. */
export function machineInterfaces(_token: Authorized<"sysinfo.list">): Interfaces {
  return interfaces();
}
