import { readFileSync } from "node:fs";

/** Where a field is behind the name in `/proc/<pid>/stat` (proc(5)). */
export const STAT = { state: 0, parent: 1, session: 3 } as const;

/** The fields behind the name, which may hold anything; none of a process that is not there any more. */
export function statFields(pid: number | "self"): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
