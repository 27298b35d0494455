import { closing, type Fd } from "../../../platform/file.ts";
import { LIMITS, LimitError } from "../../../platform/limits.ts";
import {
  cpuTimes,
  listThreads,
  openProcessDirectory,
  openThreadDirectory,
  readProcess,
} from "../../../platform/proc.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { ifThere, SeenProcess } from "./processes.ts";

/** A process or thread, and how much it has run until it was looked at. */
export class Sample {
  constructor(
    readonly process: SeenProcess,
    /** In hundredths of a second. */
    private readonly time: number,
  ) {}

  /** Hundredths of a second for which it has run. */
  used(token: Authorized<"process_system.list">): number {
    expectFor(token, String(this.process.pid));
    return this.time;
  }
}

/** Processes by number, and how much time there was for all of them. */
export interface Samples {
  readonly processes: ReadonlyMap<number, Sample>;
  /** Hundredths of a second of each processor. */
  readonly available: number;
  readonly processors: number;
}

/** Looks at the processes of these numbers. With `threads` each thread counts for itself, the first as its process. */
export function sample(pids: readonly number[], threads: boolean): Samples {
  const processes = new Map<number, Sample>();
  const add = (directory: Fd, timed = directory): void => {
    if (processes.size >= LIMITS.processes) throw new LimitError("processes", LIMITS.processes);
    const { userTime, systemTime } = readProcess(timed);
    const process = new SeenProcess(readProcess(directory));
    processes.set(process.pid, new Sample(process, userTime + systemTime));
  };
  for (const pid of pids) {
    ifThere(() =>
      closing(openProcessDirectory(pid), (directory) => {
        if (!threads) add(directory);
        for (const thread of threads ? listThreads(directory) : []) {
          ifThere(() =>
            closing(openThreadDirectory(directory, thread), (own) =>
              thread === pid ? add(directory, own) : add(own),
            ),
          );
        }
      }),
    );
  }
  const { total, processors } = cpuTimes();
  return { processes, available: total / processors, processors };
}
