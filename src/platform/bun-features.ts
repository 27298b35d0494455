import { libc } from "./bun-ffi.ts";
import { OsError } from "./os-error.ts";
import { SYSCALL } from "./syscall.ts";

/** Whether the system does something for this process, and if not, with which error; `undefined` without FFI. */
export type Feature = "yes" | OsError | undefined;

const PR_GET_CHILD_SUBREAPER = 37;
const TIMEX_BYTES = 256;
/** `adjtimex` returns it while nothing disciplines the clock (adjtimex(2)). */
const TIME_ERROR = 5;
const AT_FDCWD = -100;
const HOW_BYTES = 24;

/** Bun's FFI and the C library. */
export const hasFfi = (): boolean => libc() !== undefined;

/** Opens the working directory as the walk of a path does. */
export const openat2 = (): Feature =>
  attempt((buffer) => [SYSCALL.openat2, AT_FDCWD, buffer(".\0"), buffer(HOW_BYTES), HOW_BYTES]);

export const pidfd = (): Feature => attempt(() => [SYSCALL.pidfd_open, process.pid, 0]);

/** Whether orphans of what is executed can be kept. */
export const subreaper = (): Feature =>
  attempt((buffer) => [SYSCALL.prctl, PR_GET_CHILD_SUBREAPER, buffer(8)], false);

/** Whether something keeps the clock right; `undefined` where that cannot be known. */
export function isClockSynchronized(): boolean | undefined {
  let state = -1;
  const known = attempt(
    (buffer) => [SYSCALL.adjtimex, buffer(TIMEX_BYTES)],
    (result) => {
      state = result;
    },
  );
  return known === "yes" ? state !== TIME_ERROR : undefined;
}

type Buffers = (content: string | number) => number;

/** @param result what is done with what the call returns; it is a descriptor, which is closed, unless somebody says otherwise */
function attempt(
  call: (buffer: Buffers) => readonly number[],
  result: false | ((value: number) => void) = (fd) => process.getBuiltinModule("node:fs").closeSync(fd),
): Feature {
  const c = process.platform === "linux" ? libc() : undefined;
  if (c === undefined) return undefined;
  // Kept until the call is over.
  const held: Uint8Array[] = [];
  const args = call((content) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : new Uint8Array(content);
    held.push(bytes);
    return c.addressOf(bytes);
  });
  try {
    const value = c.check(c.functions.syscall(...[...args, 0, 0, 0, 0, 0, 0].slice(0, 7)));
    if (result !== false) result(value);
    return "yes";
  } catch (error) {
    if (error instanceof OsError) return error;
    throw error;
  }
}
