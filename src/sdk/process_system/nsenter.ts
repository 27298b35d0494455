import { Callback, CallbackFailure, type FunctionPointer, Terminated, type Value } from "rhai-wasm";
import { codeAndText, OsError } from "../../platform/os-error.ts";
import { enter } from "../entered.ts";
import type { FileHandle } from "../file_system/handles.ts";
import { openDir, openFile } from "../file_system/open.ts";
import { ask as askFor, file } from "../file_system/resource.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { requireFor } from "./access.ts";
import {
  enterNamespacesOf,
  enterNetwork,
  type Leave,
  NamespacesNotKept,
  type NamespaceTokens,
  Stranded,
} from "./effects/namespaces.ts";
import type { SeenProcess } from "./effects/processes.ts";
import { invalid, notFound, processError, withErrors } from "./errors.ts";
import type { ProcessManager } from "./manager.ts";

interface NamespaceOptions {
  readonly mount: boolean;
  readonly net: boolean;
  readonly pid: bigint | undefined;
  readonly net_ns_name: string | undefined;
}

const NAMED = "/run/netns";
const HINT = "Hint: try running with CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_CHROOT capabilities";

/** Calls `closure` in namespaces of another process, or in a named one, and comes back however it ends. */
export function* nsenter(
  call: Call,
  manager: ProcessManager,
  options: NamespaceOptions,
  closure: FunctionPointer,
): Generator<Callback, Value, Value> {
  const leave = enterFor(call, manager, options);
  try {
    return yield new Callback(closure, []);
  } catch (error) {
    if (!(error instanceof CallbackFailure)) throw error;
    throw processError("CallbackExecutionError", `Callback execution failed: ${error.message}`);
  } finally {
    leave();
  }
}

function enterFor(call: Call, manager: ProcessManager, options: NamespaceOptions): Leave {
  validate(options);
  const { mount, net, pid, net_ns_name: name = "" } = options;
  return pid === undefined
    ? enterNamed(call, name)
    : authorizeEntry(call, manager, Number(pid), { mount, net })();
}

function validate({ mount, net, pid, net_ns_name: name }: NamespaceOptions): void {
  if (pid === undefined && name === undefined) {
    throw invalid("At least one namespace must be enabled. Must specify pid or namespace filename");
  }
  if (pid !== undefined && !mount && !net) {
    throw invalid("At least one namespace type (mount or net) must be enabled");
  }
  if (name !== undefined && (pid !== undefined || mount)) {
    throw invalid(
      "Cannot set both name and pid, and entering a mount namespace by filename is not supported",
    );
  }
}

/** Asks for namespaces of the process `pid`; the function returned enters them. */
export function authorizeEntry(
  call: Call,
  manager: ProcessManager,
  pid: number,
  types: { readonly mount: boolean; readonly net: boolean },
): () => Leave {
  const seen = manager.find(pid);
  if (!seen) {
    const hint = "Hint: use safe_processes method to get the target process pid first.";
    throw notFound(pid, `Process with specified PID does not exist. ${hint}`);
  }
  const { tokens, process } = entering(call, () => {
    let process: SeenProcess = seen;
    let tokens: NamespaceTokens = {};
    if (types.mount) {
      const mount = requireFor(call, manager, "process_system.mount_namespace", process);
      process = mount.process;
      tokens = { mount: mount.token };
    }
    if (types.net) {
      const net = requireFor(call, manager, "process_system.network_namespace", process);
      process = net.process;
      tokens = { ...tokens, net: net.token };
    }
    return { tokens, process };
  });
  return () => entered(call, () => enterNamespacesOf(tokens, process));
}

function enterNamed(call: Call, name: string): Leave {
  const resource = withErrors(() => file(`${NAMED}/${name}`));
  const token = call.access.require(askFor("network_namespace", resource));
  return using(openNamed(call, name), ({ fd }) =>
    entered(call, () => enterNetwork(token, { fd, path: resource.id })),
  );
}

function openNamed(call: Call, name: string): FileHandle {
  return withErrors(
    () => using(openDir(call, NAMED, {}), (directory) => openFile(call, directory, name, { read: true })),
    (text) => failed(`Failed to open network namespace at ${NAMED}`, text),
  );
}

/** Enters by `act`. */
function entered(call: Call, act: () => Leave): Leave {
  const leave = entering(call, act);
  const forget = enter(call.run);
  return () => {
    ending(leave);
    forget();
  };
}

/** What `act` returns. When there is no way back the run ends: the script must not go on in the wrong place. */
function ending<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Stranded)) throw error;
    throw new Terminated(
      `Namespace operation failed: Failed to restore original namespace: ${error.message}`,
    );
  }
}

function entering<T>(call: Call, act: () => T): T {
  try {
    return ending(act);
  } catch (error) {
    if (error instanceof NamespacesNotKept) {
      throw failed("Failed to access current namespace", error.message);
    }
    if (!(error instanceof OsError)) throw error;
    call.warn(`Failed to set namespace. ${HINT}`);
    throw failed("Failed to enter requested namespaces", codeAndText(error));
  }
}

const failed = (reason: string, error: string) =>
  processError("NamespaceOperationError", `Namespace operation failed: ${reason}: ${error}`);
