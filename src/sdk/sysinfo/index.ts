/** What the machine tells of itself: memory, processors, kernel, names. */
import { HostObject, type Value } from "rhai-wasm";
import { kindsOf } from "../error-kinds.ts";
import type { Namespace } from "../namespace.ts";
import { type Call, type Documentation, type Operation, operation } from "../operation.ts";
import { object, text } from "../parameters.ts";
import { dmesgInfo, dmesgNamespaces, dmesgOptions, LOG_PATH } from "./dmesg.ts";
import { processors } from "./effects/machine.ts";
import { SOURCE } from "./errors.ts";
import { kernelStats, kernelStatsNamespaces, STAT_PATH } from "./kernel-stats.ts";
import { MEMINFO_PATH, memoryInfo, memoryNamespaces, swapInfo } from "./memory.ts";
import { resolveHostname, resolveNamespaces, resolveOptions } from "./resolve.ts";
import { askForSystem } from "./resource.ts";
import { slabNamespaces } from "./slab.ts";
import { slabInfo } from "./slab-operation.ts";
import { unameInfo, unameNamespace } from "./uname.ts";

/** What scripts ask about the machine. */
class SystemInfo extends HostObject {}

const SYSTEM_INFO = {
  name: "SystemInfo",
  typeOf: "rust_safe_system_info::system::SystemInfo",
  class: SystemInfo,
  example: { variable: "system", expression: "SystemInfo()" },
};

const LIST = ["sysinfo:list Sysinfo(<random>)"] as const;
const read = (path: string): readonly string[] => [`fs:read File(${path})`];

const cpuCount = ({ access }: Call): bigint => BigInt(processors(access.require(askForSystem())));

/** Of what the kernel tells: it may not say it, or not as expected. */
const UNTOLD = "a table of the kernel that cannot be read";

interface Answer extends Pick<Documentation, "summary" | "checks" | "denials"> {
  /** Whether what it asks the kernel can fail. */
  readonly mayFail: boolean;
  /** Name of the method of `SystemInfo`. */
  readonly method: string;
  /** Name of the function that does the same; its errors are plain texts. */
  readonly helper?: string;
  readonly returns: string;
  readonly answer: (call: Call) => Value;
}

const answers: readonly Answer[] = [
  {
    method: "memory_info",
    mayFail: true,
    returns: "Meminfo",
    summary: "Returns how much memory the machine has and uses, in bytes.",
    checks: read(MEMINFO_PATH),
    answer: memoryInfo,
  },
  {
    method: "swap_info",
    mayFail: true,
    returns: "Swapinfo",
    summary: "Returns how much swap space the machine has and uses, in bytes.",
    checks: read(MEMINFO_PATH),
    answer: swapInfo,
  },
  {
    method: "uname_info",
    helper: "uname",
    mayFail: false,
    returns: "UnameInfo",
    summary: "Returns what the system calls itself.",
    checks: LIST,
    answer: unameInfo,
  },
  {
    method: "hostname",
    mayFail: false,
    returns: "String",
    summary: "Returns the name of the machine.",
    checks: LIST,
    answer: (call) => unameInfo(call).values.nodename,
  },
  {
    method: "cpu_count",
    helper: "nproc",
    mayFail: true,
    returns: "i64",
    summary: "Returns how many processors the machine has.",
    checks: LIST,
    answer: cpuCount,
  },
  {
    method: "kernel_stats",
    mayFail: true,
    returns: "KernelStats",
    summary: "Returns processor times and counters of the kernel since it started.",
    checks: read(STAT_PATH),
    answer: kernelStats,
  },
  {
    method: "slab_info",
    mayFail: false,
    denials: "Other",
    returns: "SlabInfo",
    summary: "Returns the kernel's caches, those with the most objects first.",
    checks: ["fs:open Dir(/proc)", "fs:open File(/proc/slabinfo)", ...read("/proc/slabinfo")],
    answer: slabInfo,
  },
];

const answerOperations = answers.flatMap(({ method, helper, mayFail, answer, ...rest }): Operation[] => {
  const common = { ...rest, only: "linux" } as const;
  const own = operation({
    ...common,
    name: method,
    source: SOURCE,
    parameters: [object(SYSTEM_INFO)],
    errors: mayFail ? ["Other"] : [],
    example: `system.${method}()`,
    perform: answer,
  });
  if (helper === undefined) return [own];
  const short = operation({
    ...common,
    name: helper,
    source: "text",
    parameters: [],
    errors: mayFail ? [UNTOLD] : [],
    example: `${helper}()`,
    perform: answer,
  });
  return [own, short];
});

const dmesgSummary = {
  returns: "Array<DmesgEntry>",
  summary: "Returns the messages of the kernel, the oldest first.",
  checks: read(LOG_PATH),
  only: "linux",
} as const;

const resolution = {
  returns: "Array<String>",
  waits: true,
  summary: "Returns the addresses of a host, of both families, sorted.",
  checks: [
    "sysinfo:resolve_hostname Hostname(<hostname as given>)",
    "network:connect url(<resolver>), against which only a forbid counts",
  ],
} as const;

const otherOperations: readonly Operation[] = [
  operation({
    name: "SystemInfo",
    source: SOURCE,
    parameters: [],
    returns: SYSTEM_INFO.name,
    summary: "Begins questions about the machine.",
    checks: [],
    example: "SystemInfo()",
    perform: () => new SystemInfo(),
  }),
  operation({
    ...dmesgSummary,
    name: "dmesg_info",
    source: SOURCE,
    parameters: [object(SYSTEM_INFO), dmesgOptions.parameter],
    errors: ["Other"],
    example: "system.dmesg_info(DmesgOptions().human_readable_time(true).build())",
    perform: (call, _self, { values }) => dmesgInfo(call, values.human_readable_time),
  }),
  operation({
    ...dmesgSummary,
    name: "dmesg",
    source: "text",
    parameters: [],
    errors: ["a log of the kernel that cannot be read"],
    example: "dmesg()",
    perform: (call) => dmesgInfo(call, false),
  }),
  operation({
    ...resolution,
    name: "resolve_hostname",
    source: SOURCE,
    parameters: [object(SYSTEM_INFO), resolveOptions.parameter],
    errors: ["Other"],
    example: 'system.resolve_hostname(ResolveOptions().hostname("localhost").timeout(2).build())',
    perform: (call, _self, { values }) => resolveHostname(call, values.hostname, values),
  }),
  operation({
    ...resolution,
    name: "resolve",
    source: "text",
    parameters: [text("hostname")],
    errors: ["a name that does not resolve"],
    example: 'resolve("localhost")',
    perform: (call, hostname) => resolveHostname(call, hostname),
  }),
  operation({
    name: "free",
    source: "text",
    parameters: [],
    returns: "Map{memory:Meminfo,swap:Swapinfo}",
    summary: "Returns `memory`, as `memory_info`, and `swap`, as `swap_info`.",
    checks: [...read(MEMINFO_PATH), ...read(MEMINFO_PATH)],
    errors: [UNTOLD],
    example: "free().memory.available",
    only: "linux",
    perform: (call) =>
      new Map<string, Value>([
        ["memory", memoryInfo(call)],
        ["swap", swapInfo(call)],
      ]),
  }),
];

export const sysinfoNamespaces: readonly Namespace[] = [
  { types: [SYSTEM_INFO], constants: [], operations: [...otherOperations, ...answerOperations] },
  kindsOf(SOURCE),
  ...memoryNamespaces,
  unameNamespace,
  ...kernelStatsNamespaces,
  ...slabNamespaces,
  ...dmesgNamespaces,
  ...resolveNamespaces,
];
