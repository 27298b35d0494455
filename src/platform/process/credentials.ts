import type { Libc } from "../bun-ffi.ts";
import { ThreadCredentials, type Undo } from "./thread-credentials.ts";
import type { ExecuteOptions } from "./types.ts";

/**
 * Calls `action` while this thread has the identity with which a program shall start, which the program inherits. The
 * system calls are those of the thread: the other threads of this process keep theirs. The saved user stays ours, so that
 * there is a way back; the program loses it as it is executed.
 */
export function withCredentials<T>(libc: Libc, options: ExecuteOptions, action: () => T): T {
  const thread = new ThreadCredentials(libc);
  const undo: Undo[] = [];
  try {
    if (options.pidNamespaceOf !== undefined) undo.push(thread.enterPidNamespace(options.pidNamespaceOf));
    // Another user than root loses ambient capabilities with the change.
    const ambient = options.uid === undefined || options.uid === 0;
    undo.push(...thread.inherit(options.capabilities ?? [], ambient));
    if (options.gid !== undefined) undo.push(...thread.becomeGroup(options.gid));
    if (options.uid !== undefined) undo.push(thread.becomeUser(options.uid));
    return action();
  } finally {
    for (const step of undo.reverse()) step();
  }
}
