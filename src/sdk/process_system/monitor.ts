import { LIMITS, LimitError } from "../../platform/limits.ts";
import type { Authorized } from "../../policy/types.ts";
import type { Call } from "../operation.ts";
import { permitted } from "./access.ts";
import { machine } from "./effects/processes.ts";
import { type Samples, sample } from "./effects/sample.ts";
import { processInfo } from "./info.ts";
import type { ProcessInfo } from "./records.ts";

interface MonitorOptions {
  readonly pids_to_monitor: readonly number[] | undefined;
  readonly batches: bigint;
  readonly delay_in_seconds: bigint;
  readonly include_threads: boolean;
}

/** Less shows nothing: the kernel counts in hundredths of a second. */
const SHORTEST_MS = 200;
/** Of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Measures how much of a processor each process uses, so many times over. What is denied is left out. */
export async function monitorProcesses(call: Call, options: MonitorOptions): Promise<ProcessInfo[][]> {
  const { pids_to_monitor: pids = [], include_threads: threads, batches } = options;
  const taken: ProcessInfo[][] = [];
  let count = 0;
  let before = sample(pids, threads);
  const targets = [...pids, ...[...before.processes.keys()].filter((pid) => !pids.includes(pid))];
  let delayMs = SHORTEST_MS;
  while (BigInt(taken.length) < batches) {
    await pause(delayMs);
    delayMs = Math.max(SHORTEST_MS, Number(options.delay_in_seconds) * 1000);
    const now = sample(pids, threads);
    const infos = batch(call, targets, before, now);
    count += infos.length + 1;
    if (count > LIMITS.objects) throw new LimitError("objects", LIMITS.objects);
    taken.push(infos);
    before = now;
  }
  return taken;
}

function batch(call: Call, targets: readonly number[], before: Samples, now: Samples): ProcessInfo[] {
  const compared = machine();
  return targets.flatMap((pid) => {
    const found = now.processes.get(pid);
    if (!found) {
      call.warn(`Process with PID ${pid} does not exist`);
      return [];
    }
    const token = permitted(call, "process_system.list", found.process);
    if (!token) {
      call.warn(`Process with PID ${pid} has been skipped due to being unauthorized to perform List action`);
      return [];
    }
    return [processInfo(token, found.process, compared, { recentCpu: recentCpu(token, pid, before, now) })];
  });
}

/** Percent of one processor between two samples; 0 for a process that began after the first. */
function recentCpu(
  token: Authorized<"process_system.list">,
  pid: number,
  before: Samples,
  now: Samples,
): number {
  const [first, last] = [before.processes.get(pid), now.processes.get(pid)];
  if (!first || !last || first.process.startTime !== last.process.startTime) return 0;
  const available = now.available - before.available;
  const used = Math.max(0, last.used(token) - first.used(token));
  if (available <= 0) return 0;
  return Math.fround(Math.min((used / available) * 100, now.processors * 100));
}

async function pause(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= LONGEST_MS) {
    await new Promise<void>((resolve) => {
      // A run that is over waits for nothing.
      setTimeout(resolve, Math.min(left, LONGEST_MS)).unref();
    });
  }
}
