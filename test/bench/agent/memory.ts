import { readdirSync, readFileSync } from "node:fs";
import type { AgentProcess } from "../../support/agent-process.ts";

const KIB_PER_MIB = 1024;

/** Memory of a process in MiB, as the kernel counts it. */
export interface Memory {
  /** Pages that are mapped, also those of the executable, which its other processes share. */
  readonly rss: number;
  /** The same, with what is shared divided by the number of those who do. */
  readonly pss: number;
  /** What is its own, and on no disk. */
  readonly anonymous: number;
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) / KIB_PER_MIB;
  return { rss: field("Rss"), pss: field("Pss"), anonymous: field("Anonymous") };
}

/** The runner processes of an agent. */
export const runnersOf = (agent: AgentProcess): readonly number[] =>
  threads(agent.pid).flatMap((thread) =>
    read(`/proc/${agent.pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );

/** How often each thread of a process has waited for something. */
export function waitsOf(pid: number): ReadonlyMap<string, number> {
  return new Map(
    threads(pid).map((thread) => {
      const status = read(`/proc/${pid}/task/${thread}/status`);
      return [thread, Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0)];
    }),
  );
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const threads = (pid: number): readonly string[] => readdirSync(`/proc/${pid}/task`);

/** Nothing, of a thread that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
