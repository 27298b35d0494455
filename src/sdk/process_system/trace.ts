import {
  authorizeExecution,
  type ExecuteResult,
  type Options,
} from "../file_system/content/execute/index.ts";
import { childNamespaceOptions } from "../file_system/content/execute/options.ts";
import { parseBacktrace, TracedProcess } from "../file_system/core-dump/index.ts";
import type { FileHandle } from "../file_system/handles.ts";
import { openDir, openFile } from "../file_system/open.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { requireFor } from "./access.ts";
import { tracingCapabilities } from "./effects/trace.ts";
import { notFound, processError, withErrors } from "./errors.ts";
import type { ProcessManager } from "./manager.ts";
import { authorizeEntry } from "./nsenter.ts";

/** The program by its own name: in some systems pstack is a link to it, and no link is followed. */
const GSTACK = { directory: "/usr/bin", name: "gstack" };

const HINT = "Hint: use safe_processes method with the load_namespace_info option to populate";

/**
 * What the threads of a process are at, by gstack. With `inside` the number `pid` is one of the PID namespace of the process
 * `inside`, where gstack is then run.
 */
export function trace(
  call: Call,
  manager: ProcessManager,
  pid: number,
  inside?: number,
  tracer = GSTACK,
): TracedProcess {
  const own = inside === undefined ? pid : ownPid(manager, inside, pid);
  const seen = manager.find(own);
  if (!seen) throw notFound(own);
  const { token } = requireFor(call, manager, "process_system.trace", seen);
  return using(
    withErrors(() => openProgram(call, tracer)),
    (program) => {
      const options: Options = {
        args: [{ key: String(pid) }],
        env: new Map(),
        capabilities: tracingCapabilities(token, own),
        user: undefined,
        group: undefined,
        namespace: inside === undefined ? undefined : namespaceOf(inside),
      };
      const enter =
        inside === undefined ? undefined : authorizeEntry(call, manager, inside, { mount: true, net: false });
      const run = authorizeExecution(call, program, options);
      return parsed(
        pid,
        withErrors(() => (enter ? within(enter, run) : run())),
      );
    },
  );
}

/** Symbols are read of the files that the process sees. */
function within<T>(enter: () => () => void, act: () => T): T {
  const leave = enter();
  try {
    return act();
  } finally {
    leave();
  }
}

const namespaceOf = (pid: number) => new childNamespaceOptions.type.class({ target_process: BigInt(pid) });

/** The number here of a process by its number in the PID namespace of another. */
function ownPid(manager: ProcessManager, inside: number, pid: number): number {
  const other = manager.find(inside);
  if (!other) throw notFound(inside);
  const namespace = manager.namespaceOf(other);
  if (!namespace) {
    const reason = `Namespace information was not present in process info. ${HINT} namespace info first.`;
    throw processError("Other", `PID namespace not found for PID ${pid}: ${reason}`);
  }
  const own = manager.pidWithin(namespace.id, pid);
  if (own !== undefined) return own;
  const what = `namespace ${namespace.id} and pid ${pid}`;
  throw notFound(
    pid,
    `Process information was not present in the cache for ${what}. ${HINT} the cache first.`,
  );
}

const openProgram = (call: Call, { directory, name }: typeof GSTACK): FileHandle =>
  using(openDir(call, directory, {}), (parent) => openFile(call, parent, name, { read: true }));

function parsed(pid: number, { exitCode, stdout, stderr }: ExecuteResult): TracedProcess {
  if (exitCode !== 0n) {
    if (stderr.includes("Operation not permitted")) {
      throw processError("Other", `Unable to trace process ${pid}. ${CAPABILITY_HINT}`);
    }
    throw failed(pid, `pstack exited with code ${exitCode}. Stdout: ${stdout}, Stderr: ${stderr}`);
  }
  if (stdout.trim() === "") {
    const what = `Attempting to trace pid ${pid} returned empty output.`;
    throw processError("Other", `${what} ${CAPABILITY_HINT}`);
  }
  const traced = parseBacktrace(stdout);
  if (!traced) throw failed(pid, `pstack returned unparseable output: ${stdout}`);
  return traced.pid === undefined ? new TracedProcess(pid, traced.threads) : traced;
}

const CAPABILITY_HINT = "Likely you need to set the CAP_SYS_PTRACE linux capability.";

const failed = (pid: number, reason: string) =>
  processError("Other", `Unable to trace process ${pid}. Error details: ${reason}`);
