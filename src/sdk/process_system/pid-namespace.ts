import { readLinkTarget } from "../file_system/directory/link.ts";
import { readText } from "../file_system/file/read.ts";
import type { DirHandle } from "../file_system/handles.ts";
import { openDir, openFile, openSubdir } from "../file_system/open.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { processError, withErrors } from "./errors.ts";
import { PidNamespace } from "./records.ts";

/**
 * The PID namespace of a process, from its directory in /proc; that of a process of another user needs CAP_SYS_PTRACE.
 * @throws {SdkError} kind `ProcessEnumerationError`
 */
export function loadPidNamespace(call: Call, pid: number): PidNamespace {
  const path = `/proc/${pid}`;
  const directory = withErrors(
    () => openDir(call, path, {}),
    (text) => failed(`Failed to open ${path}: ${text}`),
  );
  return using(directory, (directory) => {
    const id = readNamespaceId(call, directory, path);
    return new PidNamespace(id, readInnerPid(call, directory, path));
  });
}

function readNamespaceId(call: Call, directory: DirHandle, path: string): bigint {
  const target = withErrors(
    () => using(openSubdir(call, directory, "ns"), (names) => readLinkTarget(call, names, "pid")),
    (text) => failed(`Failed to read namespace info from ${path}/ns: ${text}`),
  );
  const id = /^pid:\[(\d+)\]$/.exec(target)?.[1];
  if (id === undefined) throw failed(`Failed to parse namespace ID from: ${target}`);
  return BigInt(id);
}

/** The number of the process in the innermost namespace that it is in. */
function readInnerPid(call: Call, directory: DirHandle, path: string): number {
  const status = withErrors(
    () => using(openFile(call, directory, "status", { read: true }), (file) => readText(call, file)),
    (text) => failed(`Failed to read ${path}/status: ${text}`),
  );
  const numbers = /^NSpid:(.*)$/m.exec(status)?.[1];
  if (numbers === undefined) throw failed(`Unable to read the NSpid entry from ${path}/status`);
  const last = numbers.match(/\d+/g)?.at(-1);
  if (last === undefined) throw failed(`The namespace pid list is empty for PID ${path.slice(6)}`);
  return Number(last);
}

const failed = (message: string) =>
  processError("ProcessEnumerationError", `Process enumeration failed: ${message}`);
