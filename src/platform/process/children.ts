import { readdirSync, readFileSync } from "node:fs";
import { STAT, statFields } from "./stat.ts";

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
