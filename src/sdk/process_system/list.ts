import { SdkError } from "../errors.ts";
import type { Call } from "../operation.ts";
import { leavingOut } from "./access.ts";
import { allProcesses, machine, type SeenProcess } from "./effects/processes.ts";
import { processInfo } from "./info.ts";
import type { ProcessManager } from "./manager.ts";
import { loadPidNamespace } from "./pid-namespace.ts";
import type { PidNamespace, ProcessInfo } from "./records.ts";

interface ListOptions {
  readonly load_namespace_info: boolean;
  readonly include_threads: boolean;
}

const PLAIN: ListOptions = { load_namespace_info: false, include_threads: false };

/** All processes that the policy lets be listed; the others are left out. */
export function listProcesses(call: Call, manager: ProcessManager, options = PLAIN): ProcessInfo[] {
  const token = leavingOut(call, "process_system.list");
  const compared = machine();
  return allProcesses(options.include_threads).flatMap((process) => {
    const namespace = options.load_namespace_info ? namespaceOf(call, manager, process) : undefined;
    const allowed = token(process);
    if (!allowed) return [];
    manager.remember(process);
    return [processInfo(allowed, process, compared, { namespace })];
  });
}

/** The PID namespace of a process; where it cannot be known, the script's author is told why. */
function namespaceOf(call: Call, manager: ProcessManager, process: SeenProcess): PidNamespace | undefined {
  try {
    const namespace = loadPidNamespace(call, process.pid);
    manager.rememberNamespace(process, namespace);
    return namespace;
  } catch (error) {
    if (!(error instanceof SdkError)) throw error;
    const hint = "Hint: try running with CAP_SYS_PTRACE capability and open/read permissions on `/proc`.";
    call.warn(`Failed to load namespace info for PID ${process.pid}. ${hint} ${error.message}`);
    return undefined;
  }
}
