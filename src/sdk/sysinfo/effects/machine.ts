import {
  type KernelName,
  kernelName,
  pageSize,
  readSystemText,
  ticksPerSecond,
} from "../../../platform/system.ts";
import type { Authorized } from "../../../policy/types.ts";

type List = Authorized<"sysinfo.list">;

// The machine is the only one of its kind: the token is for it and for nothing else.

/** What `uname` prints. */
export function nameOfKernel(_token: List): KernelName {
  return kernelName();
}

/** How many processors the machine has. */
export function processors(_token: List): number {
  return readSystemText("/proc/stat")
    .split("\n")
    .filter((line) => /^cpu\d/.test(line)).length;
}

/** Constants of the machine, which every program is told at its start. */
export const constants = { pageSize, ticksPerSecond };
