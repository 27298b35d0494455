import { close, closing, type Fd } from "../../../platform/file.ts";
import { userName } from "../../../platform/identity.ts";
import { LIMITS, LimitError } from "../../../platform/limits.ts";
import {
  isNotThere,
  listProcesses,
  listThreads,
  openProcessDirectory,
  openThreadDirectory,
  type ProcessStatus,
  readProcess,
  totalMemory,
  uptimeSeconds,
} from "../../../platform/proc.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { commandText } from "../command.ts";
import type { Attributes } from "../resource.ts";

/**
 * A process that was looked at. The look needs no permission, because it is how policies know a process; only its
 * attributes can be seen without one.
 */
export class SeenProcess implements Attributes {
  readonly pid: number;
  readonly name: string;
  readonly username: string;
  readonly command: string;
  /** Tells it from another that gets its number later. */
  readonly startTime: number;

  constructor(private readonly status: ProcessStatus) {
    const { pid, name, uid, command, startTime } = status;
    this.pid = pid;
    this.name = name;
    this.username = (uid === undefined ? undefined : userName(uid)) ?? "";
    this.command = commandText(command);
    this.startTime = startTime;
  }

  /** All else that was seen. */
  details(token: Authorized<"process_system.list">): ProcessStatus {
    expectFor(token, String(this.pid));
    return this.status;
  }

  /** A thread of another process. */
  get isThread(): boolean {
    return this.status.process !== this.status.pid;
  }

  /** The user's name, or its number, for those who may see its files. */
  user(token: Authorized<"process_system.list_fds">): string {
    expectFor(token, String(this.pid));
    const { uid } = this.status;
    return this.username === "" ? (uid === undefined ? "unknown" : String(uid)) : this.username;
  }
}

/** What the numbers of processes are compared with. */
export interface Machine {
  readonly uptimeSeconds: number;
  readonly memoryBytes: bigint;
}

export const machine = (): Machine => ({ uptimeSeconds: uptimeSeconds(), memoryBytes: totalMemory() });

/** Looks at the process, or thread, of this number; `undefined` where there is none. */
export function findProcess(pid: number): SeenProcess | undefined {
  return ifThere(() =>
    closing(openProcessDirectory(pid), (directory) => new SeenProcess(readProcess(directory))),
  );
}

/** Looks at all processes; with `threads` also at each thread but the first of a process. */
export function allProcesses(threads: boolean): SeenProcess[] {
  const found: SeenProcess[] = [];
  let commandBytes = 0;
  const look = (directory: Fd): void => {
    const status = readProcess(directory, LIMITS.commandBytes - commandBytes);
    commandBytes += status.command.reduce((bytes, word) => bytes + Buffer.byteLength(word), 0);
    if (found.length >= LIMITS.processes) throw new LimitError("processes", LIMITS.processes);
    found.push(new SeenProcess(status));
  };
  for (const pid of listProcesses()) {
    ifThere(() =>
      closing(openProcessDirectory(pid), (directory) => {
        look(directory);
        for (const thread of threads ? listThreads(directory) : []) {
          if (thread !== pid) ifThere(() => closing(openThreadDirectory(directory, thread), look));
        }
      }),
    );
  }
  return found;
}

/** A process whose directory is held open: what is read by way of it is this one's. */
export class HeldProcess {
  private constructor(
    readonly seen: SeenProcess,
    readonly directory: Fd,
  ) {}

  static of(pid: number): HeldProcess | undefined {
    return ifThere(() => {
      const directory = openProcessDirectory(pid);
      try {
        return new HeldProcess(new SeenProcess(readProcess(directory)), directory);
      } catch (error) {
        close(directory);
        throw error;
      }
    });
  }

  /** Whether it is the one that `seen` was, and not another that got its number. */
  is(seen: SeenProcess): boolean {
    return this.seen.startTime === seen.startTime;
  }

  release(): void {
    close(this.directory);
  }
}

/** Numbers of all processes, for those who may list /proc. */
export function processNumbers(token: Authorized<"file_system.read">): number[] {
  expectFor(token, "/proc");
  return listProcesses();
}

/** What `look` returns; `undefined` when the process is not there, or not for this user. */
export function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}
