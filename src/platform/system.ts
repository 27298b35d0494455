/** What the kernel tells of the machine. */
import { hostname, machine, release, type, version } from "node:os";

export { pageSize, ticksPerSecond } from "./system/auxiliary.ts";
export { readKernelLog } from "./system/kernel-log.ts";
export { readSystemText } from "./system/text.ts";

/** What `uname` prints. */
export interface KernelName {
  readonly name: string;
  readonly node: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

export const kernelName = (): KernelName => ({
  name: type(),
  node: hostname(),
  release: release(),
  version: version(),
  machine: machine(),
});
