import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { toBackground } from "./background.ts";
import { scrub } from "./environment.ts";
import { LimitError } from "./limits.ts";
import { childBegan, childEnded } from "./orphans.ts";
import { killTree } from "./process-tree.ts";

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Another process of this very program, spoken with in lines. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has ended and all its lines were given. */
  readonly ended: Promise<Ended>;
  send(line: string): void;
  /** Closes its input. */
  close(): void;
  /** Ends it when it takes more bytes of memory from now on, and calls `onMemory` before. Linux only. */
  boundMemory(bytes: number, onMemory: () => void): void;
  /** Ends it, and all that it has started. */
  killTree(): void;
}

export interface ChildOptions {
  readonly args: readonly string[];
  readonly onLine: (line: string) => void;
  /** Bytes of one of its lines; one with more is the end of it. */
  readonly lineBytes: number;
  /** Variables of its environment beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Nobody waits for it who has asked for something. */
  readonly isBackground?: boolean;
  /** Another executable of this program. */
  readonly program?: string;
}

/** The file of this process, also when another has taken its name, as an update does. */
const SELF = process.platform === "linux" ? "/proc/self/exe" : process.execPath;

/**
 * Free memory goes back to the system after so many milliseconds, not after the second that the runtime's allocator takes
 * by itself: by then whoever waits for nothing but a line no longer gives anything back (mimalloc, `purge_delay`).
 */
const PURGE = { MIMALLOC_PURGE_DELAY: "10" };

/** Starts this program once more, in a session of its own, with `args`. */
export function startSelf(options: ChildOptions): Child {
  const { args, onLine, lineBytes, program = SELF } = options;
  const child = spawn(program, args, {
    argv0: "remit",
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...scrub(process.env), ...PURGE, ...options.environment },
    detached: true,
  });
  const ended = endOf(child);
  const { pid } = child;
  if (pid !== undefined) {
    childBegan(pid);
    if (options.isBackground) toBackground(pid);
    child.once("exit", () => childEnded(pid));
  }
  // A child that is gone is told of by `ended`, not by a write that fails. One that could not be started (EMFILE) has no pipes,
  // whatever the types say.
  child.stdin?.on("error", () => undefined);
  const lines = new LineSplitter(lineBytes, onLine);
  child.stdout?.on("data", (chunk: Buffer) => {
    try {
      lines.push(chunk);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      killTree(child.pid ?? 0);
    }
  });
  const end = (): void => {
    // Its number cannot be another's before it has been waited for.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
  };
  return {
    pid: child.pid ?? 0,
    ended,
    send: (line) => void child.stdin?.write(`${line}\n`),
    close: () => void child.stdin?.end(),
    boundMemory: (bytes, onMemory) => void ended.then(boundMemory(child, bytes, onMemory, end)),
    killTree: end,
  };
}

const LOOK_MS = 50;

/** Looks again and again at what the process takes, until the function returned is called. */
function boundMemory({ pid }: ChildProcess, most: number, onMemory: () => void, end: () => void): () => void {
  const looking = setInterval(() => {
    if (pid === undefined || residentBytes(pid) <= most) return;
    onMemory();
    end();
  }, LOOK_MS);
  return () => clearInterval(looking);
}

const RESIDENT = /^VmRSS:\s*(\d+) kB/m;

/** 0 of one that has ended. */
function residentBytes(pid: number): number {
  try {
    return 1024 * Number(RESIDENT.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.on("error", () => resolve({ code: null, signal: null }));
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

const NEWLINE = 0x0a;

/** Cuts what comes in pieces into lines. */
export class LineSplitter {
  private pieces: Buffer[] = [];
  private length = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: (line: string) => void,
  ) {}

  /** @throws {LimitError} */
  push(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      this.keep(rest.subarray(0, end));
      const line = Buffer.concat(this.pieces, this.length).toString();
      this.pieces = [];
      this.length = 0;
      rest = rest.subarray(end + 1);
      this.onLine(line);
    }
    this.keep(rest);
  }

  private keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    if (this.length > this.maxBytes) throw new LimitError("lineBytes", this.maxBytes);
    this.pieces.push(piece);
  }
}
