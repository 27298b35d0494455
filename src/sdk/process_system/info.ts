import type { Authorized } from "../../policy/types.ts";
import type { Machine, SeenProcess } from "./effects/processes.ts";
import { type PidNamespace, ProcessInfo } from "./records.ts";

/** Names of the kernel's letters. */
const STATES: ReadonlyMap<string, string> = new Map([
  ["R", "Run"],
  ["S", "Sleep"],
  ["I", "Idle"],
  ["D", "UninterruptibleDiskSleep"],
  ["Z", "Zombie"],
  ["T", "Stop"],
  ["t", "Tracing"],
  ["X", "Dead"],
  ["x", "Dead"],
  ["K", "Wakekill"],
  ["W", "Waking"],
  ["P", "Parked"],
]);

/** What is known besides what a look at the process shows. */
interface Additions {
  readonly recentCpu?: number;
  readonly namespace?: PidNamespace | undefined;
}

/** All that scripts learn of a process. */
export function processInfo(
  token: Authorized<"process_system.list">,
  process: SeenProcess,
  machine: Machine,
  { recentCpu, namespace }: Additions = {},
): ProcessInfo {
  const status = process.details(token);
  const parent = process.isThread ? status.process : status.parent;
  return new ProcessInfo(
    process.pid,
    process.name,
    parent === 0 ? undefined : parent,
    status.uid,
    process.username,
    status.residentBytes,
    memoryPercent(status.residentBytes, machine.memoryBytes),
    STATES.get(status.state) ?? `Unknown(${status.state.codePointAt(0) ?? 0})`,
    process.command,
    historicalCpu(status, machine.uptimeSeconds),
    recentCpu,
    namespace,
  );
}

/** With two decimal places, cut off. */
export function memoryPercent(bytes: number, of: bigint): number {
  return of === 0n ? 0 : Number((BigInt(bytes) * 10_000n) / of) / 100;
}

/** In single precision, as the reference has it. */
export function historicalCpu(
  {
    userTime,
    systemTime,
    startTime,
  }: { readonly userTime: number; readonly systemTime: number; readonly startTime: number },
  uptimeSeconds: number,
): number {
  const seconds = uptimeSeconds - Math.floor(startTime / 100);
  if (seconds <= 0) return 0;
  const used = Math.fround((userTime + systemTime) * 10);
  return Math.fround(Math.fround(used / Math.fround(seconds * 1000)) * 100);
}
