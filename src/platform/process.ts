import { openSync } from "node:fs";
import { libc } from "./bun-ffi.ts";
import { expectTime, outOfTime, timeLeft } from "./deadline.ts";
import { scrubExecuted } from "./environment.ts";
import { readAt } from "./file/content.ts";
import { closing } from "./file/descriptor.ts";
import { fstat, sameFile } from "./file/status.ts";
import type { Fd } from "./file/types.ts";
import { LIMITS, LimitError } from "./limits.ts";
import { OsError, withOsErrors } from "./os-error.ts";
import { executeNatively } from "./process/native-program.ts";
import { executeByNode } from "./process/node-program.ts";
import type { ExecuteOptions, ExecuteResult } from "./process/types.ts";
import { SYSCALL } from "./syscall.ts";

export {
  enterNamespaces,
  type Namespace,
  NamespacesNotKept,
  type NamespaceType,
  openNamespace,
  Stranded,
} from "./process/namespaces.ts";
export { NamespaceRefused } from "./process/thread-credentials.ts";
export type { ExecuteOptions, ExecuteResult } from "./process/types.ts";

/**
 * Executes the open file `fd`, whatever has become of its name, and waits for it. Its standard input is empty, and it gets
 * no other descriptor, but a script its own. Linux only.
 *
 * An OsError says that it could not be started (ENOEXEC, EACCES, EPERM for another user); a LimitError that it was
 * killed because of its time or its output.
 *
 * @param argv all arguments, the name of the program first
 */
export function execute(fd: Fd, argv: readonly string[], options: ExecuteOptions): ExecuteResult {
  if (process.platform !== "linux") throw new OsError("ENOSYS");
  expectStrings(argv, options.env);
  const env = scrubExecuted(options.env);
  expectTime();
  const left = Math.ceil(timeLeft());
  const timeoutMs = Math.min(options.timeoutMs, left);
  const program = { fd, script: isScript(fd), argv, options: { ...options, env, timeoutMs } };
  const functions = libc();
  try {
    return functions === undefined ? executeByNode(program) : executeNatively(functions, program);
  } catch (error) {
    // The program's own time was not up: the run's is.
    if (error instanceof LimitError && error.limit === "executeTimeMs" && timeoutMs === left)
      throw outOfTime();
    throw error;
  }
}

/** A descriptor of the process `pid`, which stays its own when the number goes to another. Linux only. */
export function openProcess(pid: number): Fd {
  const functions = libc();
  if (process.platform !== "linux" || functions === undefined) throw new OsError("ENOSYS");
  if (!Number.isInteger(pid) || pid <= 0) throw new OsError("EINVAL");
  return functions.check(functions.functions.syscall(SYSCALL.pidfd_open, pid, 0, 0, 0, 0, 0));
}

/**
 * Sends a signal to the process whose directory in /proc is open (opened for reading, not as a path); ESRCH when it has
 * ended. Linux only.
 */
export function signalProcess(process: Fd, signal: number): void {
  const functions = libc();
  if (functions === undefined) throw new OsError("ENOSYS");
  functions.check(functions.functions.syscall(SYSCALL.pidfd_send_signal, process, signal, 0, 0, 0, 0));
}

/** Whether `fd` is this executable or a copy of it, which is an interpreter (`BUN_BE_BUN`) and must not be executed. */
export function isOwnExecutable(fd: Fd): boolean {
  return closing(
    withOsErrors(() => openSync(process.platform === "linux" ? "/proc/self/exe" : process.execPath, "r")),
    (own) => {
      const [a, b] = [fstat(own), fstat(fd)];
      return sameFile(a, b) || (a.size === b.size && sameContent(own, fd));
    },
  );
}

function sameContent(a: Fd, b: Fd): boolean {
  const [left, right] = [Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)];
  for (let offset = 0; ; ) {
    const count = readAt(a, left, offset);
    if (count === 0) return true;
    for (let filled = 0; filled < count; ) {
      const more = readAt(b, right.subarray(filled, count), offset + filled);
      if (more === 0) return false;
      filled += more;
    }
    if (left.compare(right, 0, count, 0, count) !== 0) return false;
    offset += count;
  }
}

function isScript(fd: Fd): boolean {
  const start = new Uint8Array(2);
  try {
    return readAt(fd, start, 0) === 2 && start[0] === 0x23 && start[1] === 0x21;
  } catch {
    return false; // it may be executed but not read: then it is no script, which its interpreter must read
  }
}

/** C strings end at a NUL, and the name of a variable at "=": what is executed must be what was authorized. */
function expectStrings(argv: readonly string[], env: { readonly [name: string]: string }): void {
  if (argv.length === 0) throw new OsError("EINVAL");
  let bytes = 0;
  const expect = (text: string): void => {
    if (text.includes("\0")) throw new OsError("EINVAL");
    bytes += Buffer.byteLength(text) + 1;
  };
  for (const argument of argv) expect(argument);
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || name.includes("=")) throw new OsError("EINVAL");
    expect(`${name}=${value}`);
  }
  if (bytes > LIMITS.executeArgumentBytes)
    throw new LimitError("executeArgumentBytes", LIMITS.executeArgumentBytes);
}
