import { HostObject, type Value } from "rhai-wasm";
import { ask, file } from "../file_system/resource.ts";
import type { Namespace } from "../namespace.ts";
import type { Call } from "../operation.ts";
import { recordType } from "../record.ts";
import { counter, words } from "./counter.ts";
import { constants } from "./effects/machine.ts";
import { procText } from "./effects/proc.ts";
import { SOURCE, systemError } from "./errors.ts";

export const STAT_PATH = "/proc/stat";

/** What processor time was spent on, in the order of the kernel's columns. */
const SPENT = [
  "user",
  "nice",
  "system",
  "idle",
  "iowait",
  "irq",
  "softirq",
  "stolen",
  "guest",
  "guest_nice",
] as const;
export type Spent = (typeof SPENT)[number];

/** Processor time since the machine started, in ticks. */
export class CpuTime extends HostObject {
  constructor(private readonly columns: readonly bigint[]) {
    super();
  }
  ticks(spent: Spent): bigint {
    return this.columns[SPENT.indexOf(spent)] ?? 0n;
  }
  milliseconds(spent: Spent): bigint {
    return this.ticks(spent) * (1000n / constants.ticksPerSecond());
  }
}

/** Counters of the kernel since the machine started. */
export class KernelStats extends HostObject {
  constructor(
    readonly total: CpuTime,
    readonly each: readonly CpuTime[],
    private readonly counters: ReadonlyMap<string, bigint>,
  ) {
    super();
  }
  /** The counter of that name in `/proc/stat`; 0 where the kernel has none. */
  count(name: string): bigint {
    return this.counters.get(name) ?? 0n;
  }
}

const PATH = "rhai_safe_system_info::kernel_stats";

const cpuTime = recordType<CpuTime>({
  name: "CpuTime",
  typeOf: `${PATH}::RhaiCpuTime`,
  class: CpuTime,
  only: "linux",
  example: { variable: "spent", expression: "counters.total_cpu_time" },
  fields: Object.fromEntries([
    ...SPENT.map((spent) => [`${spent}_ticks`, { type: "i64", get: (time: CpuTime) => time.ticks(spent) }]),
    ...SPENT.map((spent) => [
      `${spent}_ms`,
      { type: "i64", get: (time: CpuTime) => time.milliseconds(spent) },
    ]),
  ]),
});

const count = (name: string) => ({ type: "i64", get: (stats: KernelStats): Value => stats.count(name) });

const kernelStatsRecord = recordType({
  name: "KernelStats",
  typeOf: `${PATH}::RhaiKernelStats`,
  class: KernelStats,
  only: "linux",
  example: { variable: "counters", expression: "system.kernel_stats()" },
  fields: {
    total_cpu_time: {
      type: "CpuTime",
      get: ({ total }) => total,
      mapped: ({ total }) => cpuTime.toMap(total),
    },
    cpu_time: {
      type: "Array<CpuTime>",
      get: ({ each }) => [...each],
      mapped: ({ each }) => each.map((time) => cpuTime.toMap(time)),
    },
    procs_running: count("procs_running"),
    procs_blocked: count("procs_blocked"),
    context_switches: count("ctxt"),
    boot_time: count("btime"),
    forks: count("processes"),
  },
});

export const kernelStatsNamespaces: readonly Namespace[] = [cpuTime, kernelStatsRecord];

/** Counters now. Asks to read `/proc/stat`. */
export function kernelStats({ access }: Call): KernelStats {
  const token = access.require(ask("read", file(STAT_PATH)));
  const stats = parseStat(procText(token, STAT_PATH, SOURCE));
  if (stats === undefined) throw systemError(`no processor time in ${STAT_PATH}`);
  return stats;
}

/** The content of `/proc/stat`; undefined where it lacks the processor time. */
export function parseStat(text: string): KernelStats | undefined {
  let total: CpuTime | undefined;
  const each: CpuTime[] = [];
  const counters = new Map<string, bigint>();
  for (const line of text.split("\n")) {
    const [name, ...columns] = words(line);
    if (name === undefined) continue;
    if (name === "cpu") total = timeOf(columns);
    else if (name.startsWith("cpu")) each.push(timeOf(columns));
    else counters.set(name, counter(columns[0]) ?? 0n);
  }
  return total && new KernelStats(total, each, counters);
}

const timeOf = (columns: readonly string[]): CpuTime =>
  new CpuTime(columns.map((column) => counter(column) ?? 0n));
