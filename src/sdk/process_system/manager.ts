import { HostObject } from "rhai-wasm";
import { findProcess, type SeenProcess } from "./effects/processes.ts";
import type { PidNamespace } from "./records.ts";

/** What calls of one manager know of each other: the processes that they have seen. It holds nothing open. */
export class ProcessManager extends HostObject {
  private readonly seen = new Map<number, SeenProcess>();
  private readonly namespaces = new Map<number, { readonly of: SeenProcess; readonly is: PidNamespace }>();

  /** Processes as they were seen last, of which some may have ended. */
  known(): Iterable<SeenProcess> {
    return this.seen.values();
  }

  remember(process: SeenProcess): void {
    this.seen.set(process.pid, process);
  }

  /** The process of this number as it was seen before, else as it is now; `undefined` where there is none. */
  find(pid: number): SeenProcess | undefined {
    const known = this.seen.get(pid) ?? findProcess(pid);
    if (known) this.remember(known);
    return known;
  }

  rememberNamespace(process: SeenProcess, namespace: PidNamespace): void {
    this.namespaces.set(process.pid, { of: process, is: namespace });
  }

  /** The PID namespace of a process, if a list of processes has loaded it. */
  namespaceOf(process: SeenProcess): PidNamespace | undefined {
    const found = this.namespaces.get(process.pid);
    return found?.of.startTime === process.startTime ? found.is : undefined;
  }

  /** The number here of the process that has the number `pid` in a PID namespace. */
  pidWithin(namespace: bigint, pid: number): number | undefined {
    for (const { of, is } of this.namespaces.values()) {
      if (is.id === namespace && is.pid === pid) return of.pid;
    }
    return undefined;
  }
}
