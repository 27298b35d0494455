import type { Value } from "rhai-wasm";
import { MAX_U32 } from "../conversion.ts";
import type { Namespace } from "../namespace.ts";
import { type Field, field, options, required } from "../options.ts";
import { invalid } from "./errors.ts";

const common = { path: "rust_safe_process_mgmt::options", only: "linux" } as const;

export const processOptions = options({
  ...common,
  name: "ProcessOptions",
  summary: "Begins the options of a list of processes.",
  fields: { load_namespace_info: field.boolean(), include_threads: field.boolean() },
  example: {
    variable: "with_namespaces",
    expression: "ProcessOptions().load_namespace_info(true).build()",
  },
});

export const lsofOptions = options({
  ...common,
  name: "LsofOptions",
  summary: "Begins the options of a list of open files: those of one process, or those at a path.",
  examples: { path: '"/srv/app"', pid: "4711" },
  chain: ".pid(4711)",
  fields: {
    path: field.text(),
    include_subdir: field.boolean(),
    pid: field.unsigned(undefined, MAX_U32),
  },
  validate: ({ path, pid }) => {
    if (path !== undefined && pid !== undefined) throw invalid("pid and path are mutually exclusive");
    if (path === undefined && pid === undefined) throw invalid("Either path or pid is required");
    if (path === "") throw invalid("Path cannot be empty");
  },
});

export const traceOptions = options({
  ...common,
  name: "TraceOptions",
  summary: "Begins the options of a trace of a process in another PID namespace.",
  examples: { ns_pid: "4711" },
  fields: {
    ns_pid: required(field.unsigned(undefined, MAX_U32), (name) => `Field not initialized: ${name}`),
  },
});

const TARGETS = "pid, process_name, username, or command";

export const killOptions = options({
  ...common,
  name: "KillOptions",
  summary: "Begins the options of a signal: which processes get it, and which it is.",
  examples: {
    pid: "4711",
    process_name: '"sleep"',
    username: '"app"',
    command: '"sleep 600"',
    signal: "Signal::SIGTERM",
  },
  chain: ".pid(4711).signal(Signal::SIGTERM)",
  fields: {
    pid: field.integer(undefined),
    process_name: field.text(),
    username: field.text(),
    exact_match: field.boolean(),
    command: field.text(),
    signal: required(field.enumeration("Signal", undefined), () => "Validation error: signal is required"),
  },
  validate: ({ pid, process_name, username, command }) => {
    const named = process_name !== undefined || username !== undefined || command !== undefined;
    if (pid !== undefined && pid < 0n) throw invalid("PID cannot be negative");
    if (pid === undefined && !named) {
      throw invalid(`At least one targeting method must be specified: ${TARGETS}`);
    }
    if (pid !== undefined && named) {
      throw invalid("pid cannot be used together with process_name, username, or command");
    }
    if (process_name !== undefined && command !== undefined) {
      throw invalid(
        "process_name and command cannot be used together - choose either name-based or command-based targeting",
      );
    }
  },
});

/** What is no number counts as 0, and what no process can have as its number is left out: as in the reference. */
const pids: Field<readonly number[] | undefined> = {
  type: "Array",
  initial: undefined,
  accept: (value) =>
    (Array.isArray(value) ? value : []).map(pidOf).flatMap((pid) => (pid === undefined ? [] : [pid])),
};

function pidOf(value: Value): number | undefined {
  if (typeof value !== "bigint") return 0;
  return value >= 0n && value <= MAX_U32 ? Number(value) : undefined;
}

export const monitorOptions = options({
  ...common,
  name: "MonitorProcessesCpuOptions",
  summary: "Begins the options of a measurement of processor use.",
  examples: { pids_to_monitor: "[4711]", batches: "3", delay_in_seconds: "2" },
  fields: {
    pids_to_monitor: pids,
    batches: field.unsigned(1n, MAX_U32),
    delay_in_seconds: field.unsigned(0n),
    include_threads: field.boolean(),
  },
  validate: ({ pids_to_monitor }) => {
    if (pids_to_monitor?.length === 0) throw invalid("PIDs array cannot be empty");
  },
});

/** Validated when it is used, as in the reference. */
export const namespaceOptions = options({
  ...common,
  name: "NamespaceOptions",
  summary: "Begins the options of the namespaces to enter: those of a process, or a named network namespace.",
  examples: { pid: "4711", net_ns_name: '"blue"' },
  fields: {
    mount: field.boolean(),
    net: field.boolean(),
    pid: field.unsigned(undefined, MAX_U32),
    net_ns_name: field.text(),
  },
});

export const optionNamespaces: readonly Namespace[] = [
  processOptions,
  lsofOptions,
  traceOptions,
  killOptions,
  monitorOptions,
  namespaceOptions,
].map(({ namespace }) => namespace);
