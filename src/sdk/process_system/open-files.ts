import { LIMITS, LimitError } from "../../platform/limits.ts";
import type { OsError } from "../../platform/os-error.ts";
import type { Authorized } from "../../policy/types.ts";
import { ask as askFor, dir } from "../file_system/resource.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { seenText } from "../seen.ts";
import { leavingOut } from "./access.ts";
import { canonical, socketPaths, type Usage, usage } from "./effects/open-files.ts";
import { HeldProcess, processNumbers } from "./effects/processes.ts";
import { invalid, notFound } from "./errors.ts";
import type { ProcessManager } from "./manager.ts";
import { FuserInfo, OpenFileInfo } from "./records.ts";
import { ask } from "./resource.ts";
import { accessTypes, isWithin, samePath, type UsedFile, usedFiles } from "./used-files.ts";

type ReadProc = Authorized<"file_system.read">;
type ListFds = Authorized<"process_system.list_fds">;

interface LsofOptions {
  readonly path: string | undefined;
  readonly include_subdir: boolean;
  readonly pid: bigint | undefined;
}

/** Files that one process uses, or that any uses at a path. */
export function listOpenFiles(call: Call, manager: ProcessManager, options: LsofOptions): OpenFileInfo[] {
  const proc = requireProc(call);
  const { pid, include_subdir, path: given = "" } = options;
  if (pid !== undefined) return openFilesOf(call, manager, Number(pid), socketPaths(proc));
  const path = canonicalPath(call, proc, given);
  const matches = include_subdir ? isWithin : samePath;
  const sockets = socketPaths(proc);
  const found: OpenFileInfo[] = [];
  for (const { token, process } of permittedProcesses(call, manager, proc)) {
    const files = usedFiles(usageOf(call, token, process), sockets);
    found.push(...files.filter((file) => matches(file.path, path)).map(openFile(token, process)));
    if (found.length > LIMITS.objects) throw new LimitError("objects", LIMITS.objects);
  }
  return found;
}

function openFilesOf(
  call: Call,
  manager: ProcessManager,
  pid: number,
  sockets: ReadonlyMap<string, string>,
): OpenFileInfo[] {
  const process = HeldProcess.of(pid);
  if (!process) throw notFound(pid, `Process with PID ${pid} does not exist`);
  return using(process, (process) => {
    manager.remember(process.seen);
    const token = call.access.require(ask("process_system.list_fds", process.seen));
    return usedFiles(usageOf(call, token, process), sockets).map(openFile(token, process));
  });
}

/** Processes that use the file or directory at `path`. */
export function processesUsing(call: Call, manager: ProcessManager, given: string): FuserInfo[] {
  const proc = requireProc(call);
  const path = canonicalPath(call, proc, given);
  const found: FuserInfo[] = [];
  for (const { token, process } of permittedProcesses(call, manager, proc)) {
    const access = accessTypes(usageOf(call, token, process), path);
    const { seen } = process;
    if (access.length > 0) found.push(new FuserInfo(seen.user(token), seen.pid, access, seen.command));
  }
  return found;
}

function requireProc({ access }: Call): ReadProc {
  const proc = dir("/proc");
  access.require(askFor("open", proc));
  return access.require(askFor("read", proc));
}

/** Each process whose files the policy lets be listed, held open until the next. */
function* permittedProcesses(
  call: Call,
  manager: ProcessManager,
  proc: ReadProc,
): Generator<{ readonly token: ListFds; readonly process: HeldProcess }> {
  const permitted = leavingOut(call, "process_system.list_fds");
  for (const pid of processNumbers(proc)) {
    const process = HeldProcess.of(pid);
    if (!process) continue;
    try {
      manager.remember(process.seen);
      const token = permitted(process.seen);
      if (token) yield { token, process };
    } finally {
      process.release();
    }
  }
}

function usageOf(call: Call, token: ListFds, process: HeldProcess): Usage {
  const used = usage(token, process);
  if (used.mappingsRefused) call.warn(mappingsWarning(process.seen.pid, used.mappingsRefused));
  return used;
}

function mappingsWarning(pid: number, { code, message }: OsError): string {
  const denied = code === "EACCES" || code === "EPERM";
  const reason = denied ? `Permission Denied: /proc/${pid}/maps` : message;
  const hint = denied ? " - Hint: try running with CAP_SYS_PTRACE capability" : "";
  return `Process ${pid} failed to read maps: ${reason}${hint}`;
}

const openFile =
  (token: ListFds, { seen }: HeldProcess) =>
  ({ path, type, access }: UsedFile): OpenFileInfo =>
    new OpenFileInfo(seen.pid, seen.name, seen.user(token), seen.command, access, type, path);

function canonicalPath(call: Call, proc: ReadProc, given: string): string {
  try {
    const { path, isLink } = canonical(proc, given);
    if (!given.startsWith("/")) {
      call.warn(`path: '${given}' is a relative path. using '${path}' for lookup`);
    }
    if (isLink) call.warn(`path: '${given}' is a symlink. using '${path}' for lookup`);
    return path;
  } catch (error) {
    throw invalid(`Failed to canonicalize path ${given}: ${seenText(error)}`);
  }
}
