import { HostObject, type Value } from "rhai-wasm";
import type { Namespace } from "../namespace.ts";
import { recordType } from "../record.ts";

const PATH = "rust_safe_process_mgmt";

/** The PID namespace of a process, and its number there. */
export class PidNamespace extends HostObject {
  constructor(
    readonly id: bigint,
    readonly pid: number,
  ) {
    super();
  }
}

/** A process or thread when it was looked at. */
export class ProcessInfo extends HostObject {
  constructor(
    /** Of a thread its own number. */
    readonly pid: number,
    readonly name: string,
    /** The parent; of a thread the process that it is of. */
    readonly ppid: number | undefined,
    readonly uid: number | undefined,
    readonly username: string,
    readonly memoryBytes: number,
    /** With two decimal places. */
    readonly memoryPercent: number,
    readonly state: string,
    readonly command: string,
    /** Percent of one processor since it was started. */
    readonly historicalCpu: number,
    /** Percent of one processor between two looks at it. */
    readonly recentCpu?: number,
    readonly namespace?: PidNamespace,
  ) {
    super();
  }
}

/** How a process uses a file, in the words that scripts see. */
export type AccessType =
  | "File descriptor"
  | "Root directory"
  | "Working directory"
  | "Executable"
  | "Memory mapped";

/** A process that uses a certain file. */
export class FuserInfo extends HostObject {
  constructor(
    readonly user: string,
    readonly pid: number,
    readonly access: readonly AccessType[],
    readonly command: string,
  ) {
    super();
  }
}

/** A file that a process uses. */
export class OpenFileInfo extends HostObject {
  constructor(
    readonly pid: number,
    readonly processName: string,
    readonly user: string,
    readonly command: string,
    readonly access: AccessType,
    readonly fileType: string,
    readonly path: string,
  ) {
    super();
  }
}

/** The kernel's tables of System V communication. */
export class IpcsInfo extends HostObject {
  constructor(
    readonly sharedMemory: string,
    readonly semaphores: string,
    readonly queues: string,
  ) {
    super();
  }
}

const whole = (value: number | undefined): Value => (value === undefined ? null : BigInt(value));
const common = { only: "linux" } as const;

const pidNamespace = recordType<PidNamespace>({
  ...common,
  name: "PidNamespace",
  typeOf: `${PATH}::PidNamespace`,
  class: PidNamespace,
  example: {
    variable: "own_namespace",
    expression: "manager.processes(with_namespaces).find(|each| each.pid == 4711).pid_namespace",
  },
  fields: {
    namespace_id: { type: "i64", get: ({ id }) => id },
    child_ns_pid: { type: "i64", get: ({ pid }) => BigInt(pid) },
  },
});

const processInfo = recordType<ProcessInfo>({
  ...common,
  name: "ProcessInfo",
  typeOf: `${PATH}::ProcessInfo`,
  class: ProcessInfo,
  example: { variable: "process", expression: "ps()[0]" },
  fields: {
    pid: { type: "i64", get: ({ pid }) => BigInt(pid) },
    name: { type: "String", get: ({ name }) => name },
    ppid: { type: "i64 or ()", get: ({ ppid }) => whole(ppid) },
    uid: { type: "i64 or ()", get: ({ uid }) => whole(uid) },
    username: { type: "String", get: ({ username }) => username },
    memory_usage: { type: "i64", get: ({ memoryBytes }) => BigInt(memoryBytes) },
    memory_percent: { type: "f64", get: ({ memoryPercent }) => memoryPercent },
    state: { type: "String", get: ({ state }) => state },
    command: { type: "String", get: ({ command }) => command },
    recent_cpu_usage: { type: "f64 or ()", get: ({ recentCpu }) => recentCpu ?? null },
    historical_cpu_usage: { type: "f64", get: ({ historicalCpu }) => historicalCpu },
    pid_namespace: {
      type: "PidNamespace or ()",
      get: ({ namespace }) => namespace ?? null,
      mapped: ({ namespace }) => (namespace ? pidNamespace.toMap(namespace) : null),
    },
  },
});

const fuserInfo = recordType<FuserInfo>({
  ...common,
  name: "FuserInfo",
  typeOf: `${PATH}::FuserInfo`,
  class: FuserInfo,
  example: { variable: "holder", expression: 'manager.processes_using_inode("/srv/app")[0]' },
  fields: {
    user: { type: "String", get: ({ user }) => user },
    pid: { type: "i64", get: ({ pid }) => BigInt(pid) },
    access: {
      type: "String",
      get: ({ access }) => access.join(", "),
      key: "access_types",
      mapped: ({ access }) => [...access],
    },
    command: { type: "String", get: ({ command }) => command },
  },
});

const openFileInfo = recordType<OpenFileInfo>({
  ...common,
  name: "OpenFileInfo",
  typeOf: `${PATH}::OpenFileInfo`,
  class: OpenFileInfo,
  example: { variable: "opened", expression: "manager.list_open_files(LsofOptions().pid(4711).build())[0]" },
  fields: {
    pid: { type: "i64", get: ({ pid }) => BigInt(pid) },
    process_name: { type: "String", get: ({ processName }) => processName },
    user: { type: "String", get: ({ user }) => user },
    command: { type: "String", get: ({ command }) => command },
    access: { type: "String", get: ({ access }) => access, key: "access_type" },
    file_type: { type: "String", get: ({ fileType }) => fileType },
    file_path: { type: "String", get: ({ path }) => path },
  },
});

export const IPCS_INFO = { name: "IpcsInfo", typeOf: `${PATH}::IpcsInfo`, class: IpcsInfo } as const;
const ipcsInfo = recordType<IpcsInfo>({
  ...common,
  ...IPCS_INFO,
  example: { variable: "tables", expression: "manager.ipcs_info()" },
  fields: {
    shared_memory: { type: "String", get: ({ sharedMemory }) => sharedMemory },
    semaphores: { type: "String", get: ({ semaphores }) => semaphores },
    queues: { type: "String", get: ({ queues }) => queues },
  },
});

export const recordNamespaces: readonly Namespace[] = [
  pidNamespace,
  processInfo,
  fuserInfo,
  openFileInfo,
  ipcsInfo,
];
