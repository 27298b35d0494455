import type { Value } from "rhai-wasm";
import { unsigned } from "../conversion.ts";
import type { Namespace } from "../namespace.ts";
import { operation } from "../operation.ts";
import { array, closure, integer, object, text } from "../parameters.ts";
import { killByNumber, ps } from "./helpers.ts";
import { ipcsInfo, ipcsText } from "./ipcs.ts";
import { kill, type Signalled } from "./kill.ts";
import { listProcesses } from "./list.ts";
import { ProcessManager } from "./manager.ts";
import { monitorProcesses } from "./monitor.ts";
import { nsenter } from "./nsenter.ts";
import { listOpenFiles, processesUsing } from "./open-files.ts";
import {
  killOptions,
  lsofOptions,
  monitorOptions,
  namespaceOptions,
  processOptions,
  traceOptions,
} from "./options.ts";
import { IPCS_INFO } from "./records.ts";
import { trace } from "./trace.ts";

const MANAGER = {
  name: "ProcessManager",
  typeOf: "rust_safe_process_mgmt::RcProcessManager",
  class: ProcessManager,
  example: { variable: "manager", expression: "ProcessManager()" },
};
const self = object(MANAGER);
const common = { source: "ProcessErrorKind", only: "linux" } as const;

const PROCESSES = "Array<ProcessInfo>";
const SIGNALLED = "Array<Map{name,pid}>";
const LISTED = "proc:list Process(<each pid>)";
const PROC = ["fs:open Dir(/proc)", "fs:read Dir(/proc)"];
const KILLED = "proc:kill Process(<pid>), for SIGHUP proc:interrupt";
const TRACED = [
  "proc:trace Process(<pid>)",
  "fs:open Dir(/usr/bin)",
  "fs:open File(/usr/bin/gstack)",
  "fs:execute File(/usr/bin/gstack) with the pid as argument",
];

const signalled = (processes: readonly Signalled[]): Value =>
  processes.map(
    ({ name, pid }) =>
      new Map<string, Value>([
        ["name", name],
        ["pid", BigInt(pid)],
      ]),
  );

const listing = [
  operation({
    ...common,
    name: "processes",
    parameters: [self],
    returns: PROCESSES,
    summary: "Lists all processes that may be listed.",
    checks: [LISTED],
    errors: ["Other"],
    example: "manager.processes()",
    perform: (call, manager) => listProcesses(call, manager),
  }),
  operation({
    ...common,
    name: "processes",
    parameters: [self, processOptions.parameter],
    returns: PROCESSES,
    summary: "Lists processes, also their threads or their PID namespaces.",
    checks: [
      "with load_namespace_info: fs:open Dir(/proc/<pid>), fs:open Dir(/proc/<pid>/ns), fs:read File(/proc/<pid>/ns/pid), fs:open and fs:read File(/proc/<pid>/status)",
      LISTED,
    ],
    errors: ["Other"],
    example: "manager.processes(ProcessOptions().include_threads(true).build())",
    perform: (call, manager, { values }) => listProcesses(call, manager, values),
  }),
  operation({
    ...common,
    name: "ps",
    parameters: [],
    returns: PROCESSES,
    summary: "Lists all processes that may be listed.",
    checks: [LISTED],
    denials: "ValidationError",
    example: "ps()",
    perform: (call) => ps(call),
  }),
  operation({
    ...common,
    name: "monitor_processes_cpu",
    waits: true,
    ownThread: true,
    parameters: [self, monitorOptions.parameter],
    returns: "Array<Array<ProcessInfo>>",
    summary: "Measures how much of a processor processes use, so many times over.",
    checks: [LISTED],
    errors: ["Other"],
    example: "manager.monitor_processes_cpu(MonitorProcessesCpuOptions().pids_to_monitor([4711]).build())",
    perform: (call, _manager, { values }) => monitorProcesses(call, values),
  }),
];

const files = [
  operation({
    ...common,
    name: "processes_using_inode",
    parameters: [self, text("path")],
    returns: "Array<FuserInfo>",
    summary: "Lists the processes that use the file or directory at `path`.",
    checks: [...PROC, "proc:list_fds Process(<each pid>)"],
    errors: ["ValidationError", "Other"],
    example: 'manager.processes_using_inode("/srv/app")',
    perform: (call, manager, path) => processesUsing(call, manager, path),
  }),
  operation({
    ...common,
    name: "list_open_files",
    parameters: [self, lsofOptions.parameter],
    returns: "Array<OpenFileInfo>",
    summary: "Lists the files that one process uses, or that any process uses at a path.",
    checks: [...PROC, "proc:list_fds Process(<each pid, or the one>)"],
    errors: ["ValidationError", "ProcessNotFound", "Other"],
    example: 'manager.list_open_files(LsofOptions().path("/srv/app").include_subdir(true).build())',
    perform: (call, manager, { values }) => listOpenFiles(call, manager, values),
  }),
  operation({
    ...common,
    name: "ipcs_info",
    parameters: [self],
    returns: "IpcsInfo",
    summary: "Reads the tables of System V shared memory, semaphores and message queues.",
    checks: [
      "fs:open Dir(/proc/sysvipc)",
      "fs:open File(/proc/sysvipc/shm), then sem and msg",
      "fs:read File(/proc/sysvipc/shm), then sem and msg",
    ],
    denials: "Other",
    example: "manager.ipcs_info()",
    perform: (call) => ipcsInfo(call),
  }),
  operation({
    ...common,
    name: "to_string",
    parameters: [object(IPCS_INFO)],
    returns: "String",
    summary: "The tables one below the other.",
    checks: [],
    example: "tables.to_string()",
    perform: (_call, info) => ipcsText(info),
  }),
];

const ENDED = {
  ...common,
  name: "kill",
  returns: SIGNALLED,
  summary: "Sends SIGTERM to a process.",
  checks: ["proc:kill Process(<pid>)"],
  denials: "ValidationError",
} as const;

const signals = [
  operation({
    ...common,
    name: "kill",
    parameters: [self, killOptions.parameter],
    returns: SIGNALLED,
    summary: "Sends a signal to one process, or to those that fit of the ones listed before.",
    checks: [KILLED],
    errors: ["ValidationError", "ProcessNotFound", "Other"],
    example: "manager.kill(KillOptions().pid(4711).signal(Signal::SIGHUP).build())",
    perform: (call, manager, { values }) => signalled(kill(call, manager, values)),
  }),
  operation({
    ...ENDED,
    parameters: [integer("pid")],
    example: "kill(4711)",
    perform: (call, pid) => signalled(killByNumber(call, pid)),
  }),
  operation({
    ...ENDED,
    parameters: [array("flags"), integer("pid")],
    example: "kill([], 4711)",
    perform: (call, flags, pid) => signalled(killByNumber(call, pid, flags)),
  }),
];

const looking = [
  operation({
    ...common,
    name: "trace",
    parameters: [self, integer("pid")],
    returns: "TracedProcess",
    summary: "Shows what the threads of a process are at, by gstack.",
    checks: TRACED,
    errors: ["ProcessNotFound", "Other"],
    example: "manager.trace(4711)",
    perform: (call, manager, pid) => trace(call, manager, unsigned("pid", pid)),
  }),
  operation({
    ...common,
    name: "trace",
    parameters: [self, integer("pid"), traceOptions.parameter],
    returns: "TracedProcess",
    summary: "The same of a process by its number in the PID namespace of another.",
    checks: [...TRACED.slice(0, 3), "proc:mount_namespace Process(<ns_pid>)", ...TRACED.slice(3)],
    errors: ["ProcessNotFound", "NamespaceOperationError", "Other"],
    // Numbers in other namespaces are known of processes that were listed with theirs.
    example: "manager.processes(with_namespaces); manager.trace(4711, TraceOptions().ns_pid(4711).build())",
    perform: (call, manager, pid, { values }) =>
      trace(call, manager, unsigned("pid", pid), Number(values.ns_pid)),
  }),
  operation({
    ...common,
    name: "nsenter",
    parameters: [self, namespaceOptions.parameter, closure("callback")],
    returns: "any",
    summary:
      "Calls the closure in the mount or network namespace of a process, or in a named network namespace.",
    checks: [
      "proc:mount_namespace Process(<pid>)",
      "proc:network_namespace Process(<pid>)",
      "by name: fs:network_namespace File(/run/netns/<name>), fs:open Dir(/run/netns), fs:open File(/run/netns/<name>)",
    ],
    errors: [
      "ValidationError",
      "ProcessNotFound",
      "NamespaceOperationError",
      "CallbackExecutionError",
      "Other",
    ],
    example: 'manager.nsenter(NamespaceOptions().pid(4711).mount(true).build(), || cat("/etc/hosts"))',
    perform: (call, manager, { values }, callback) => nsenter(call, manager, values, callback),
  }),
];

export const processNamespace: Namespace = {
  types: [MANAGER],
  constants: [],
  operations: [
    operation({
      ...common,
      name: "ProcessManager",
      parameters: [],
      returns: MANAGER.name,
      summary: "Makes a manager, which knows the processes that it has listed.",
      checks: [],
      example: "ProcessManager()",
      perform: () => new ProcessManager(),
    }),
    ...listing,
    ...files,
    ...signals,
    ...looking,
  ],
};
