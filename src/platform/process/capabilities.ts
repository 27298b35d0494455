import { openSync } from "node:fs";
import { readAll } from "../file/content.ts";
import { closing } from "../file/descriptor.ts";
import { withOsErrors } from "../os-error.ts";

const STATUS_BYTES = 64 * 1024;

/** Whether this thread may make use of the capability with this number. Linux only. */
export function hasCapability(number: number): boolean {
  const fd = withOsErrors(() => openSync("/proc/thread-self/status", "r"));
  const status = new TextDecoder().decode(closing(fd, () => readAll(fd, STATUS_BYTES)));
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> BigInt(number)) & 1n) === 1n;
}
