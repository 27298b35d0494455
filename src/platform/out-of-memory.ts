import { writeFileSync } from "node:fs";

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
