import { readFileSync, writeFileSync } from "node:fs";

/** The most that a process can be preferred by (proc(5), oom_score_adj). */
const FIRST = "1000";

/**
 * Where the system has no memory left, this process ends before others, and those that it starts do. Anybody may make
 * himself so; Linux only.
 */
export function endFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", FIRST);
  } catch {
    // No such file, or one that a container does not let be written: the system chooses by itself.
  }
}

/** Whether {@link endFirst} is said of the process, or was of the one that started it. */
export function endsFirst(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/oom_score_adj`, "latin1").trim() === FIRST;
  } catch {
    return false;
  }
}
