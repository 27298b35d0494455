import { libc } from "./bun-ffi.ts";
import { OsError } from "./os-error.ts";
import { ThreadCredentials, type Undo } from "./process/thread-credentials.ts";
import { readSystemText } from "./system/text.ts";

export const ROOT = 0;
/** Numbers of capabilities, as in linux/capability.h. */
export const CAPABILITY = { dacOverride: 1, setuid: 7, sysPtrace: 19, sysAdmin: 21 } as const;

const STATUS = "/proc/thread-self/status";
const MAX_STATUS_BYTES = 64 * 1024;

/** This process may not become that user. */
export class NotThatUser extends OsError {}

/** Whether this process may become root for a while. */
export function mayBecomeRoot(): boolean {
  if (process.geteuid?.() === ROOT) return true;
  return libc() !== undefined && capabilities().has(CAPABILITY.setuid);
}

/** The capabilities that are in effect. Empty where there are none, as outside Linux. */
export function capabilities(): ReadonlySet<number> {
  const found = new Set<number>();
  if (process.platform !== "linux") return found;
  const status = readSystemText(STATUS, MAX_STATUS_BYTES);
  const [, digits = "0"] = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status) ?? [];
  const bits = BigInt(`0x${digits}`);
  for (let capability = 0; bits >> BigInt(capability) !== 0n; capability++) {
    if ((bits >> BigInt(capability)) & 1n) found.add(capability);
  }
  return found;
}

/**
 * Calls `action` while this thread is the user `uid`, whose permissions it then has. The other threads of this process
 * stay who they are, and so does whatever `action` leaves for later.
 * @throws {NotThatUser}
 */
export function asUser<T>(uid: number, action: () => T): T {
  if (process.getuid?.() === uid && process.geteuid?.() === uid) return action();
  const functions = process.platform === "linux" ? libc() : undefined;
  if (functions === undefined) throw new NotThatUser("EPERM");
  const back = become(new ThreadCredentials(functions), uid);
  try {
    return action();
  } finally {
    // Where there is no way back the script ends: no error of the SDK, none that it can catch.
    back();
  }
}

function become(thread: ThreadCredentials, uid: number): Undo {
  try {
    return thread.becomeUser(uid);
  } catch (error) {
    throw error instanceof OsError ? new NotThatUser(error.code, error.errno) : error;
  }
}
