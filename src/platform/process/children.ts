import { readdirSync, readFileSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import { SYSCALL } from "../syscall.ts";
import { STAT, statFields } from "./stat.ts";

const PR_SET_CHILD_SUBREAPER = 36;

/** From now on what descendants of this process leave behind becomes its child (prctl(2)). @throws {OsError} */
export function becomeSubreaper(libc: Libc): void {
  libc.check(libc.functions.syscall(SYSCALL.prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0));
}

/** Numbers of all children of this process, of whichever of its threads. Linux only. */
export function ownChildren(): readonly number[] {
  try {
    return readdirSync("/proc/self/task").flatMap((thread) =>
      numbersIn(readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ")),
    );
  } catch {
    // A kernel without CONFIG_PROC_CHILDREN.
    return numbersIn(readdirSync("/proc")).filter(
      (pid) => Number(statFields(pid)[STAT.parent]) === process.pid,
    );
  }
}

const numbersIn = (texts: readonly string[]): number[] =>
  texts.filter((text) => /^\d+$/.test(text)).map(Number);
