import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * A tenth of the weight of others (sched(7)), and they come first when they wake. No less: where others take all that there
 * is, it must come to its end, too.
 */
const NICE = 10;

/**
 * Lets a process that has just been started, and the threads that it will start, have a processor only when others do not
 * want it as much. Where that cannot be, it is as any other.
 */
export function toBackground(pid: number): void {
  attempt(() => setPriority(pid, NICE));
  // Of processes in different sessions, only what their groups have counts (sched(7), "The autogroup feature").
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, `${NICE}`));
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Not on this system, not for this user, or the process has ended.
  }
}
