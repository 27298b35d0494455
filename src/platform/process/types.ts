import type { Fd } from "../file/types.ts";

/** How a program is executed. */
export interface ExecuteOptions {
  /** All of its environment. */
  readonly env: { readonly [name: string]: string };
  /** Run as this user; without supplementary groups if a group is given, too. */
  readonly uid?: number;
  readonly gid?: number;
  /** Numbers of the capabilities that it inherits; none unless given. */
  readonly capabilities?: readonly number[];
  /** A process, from {@link openProcess}, in whose PID namespace it runs. */
  readonly pidNamespaceOf?: Fd;
  /** Bytes it may write to standard output, and as many to standard error. */
  readonly maxOutput: number;
  /** Milliseconds until it is killed, with all that it started and that stayed in its process group. */
  readonly timeoutMs: number;
}

export interface ExecuteResult {
  /** 0 to 255, or the negative number of the signal that ended it. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A program to start, checked. */
export interface Program {
  /** The executable, open. */
  readonly fd: Fd;
  /** Whether it is a script: its interpreter opens it by the descriptor, which then has to stay open. */
  readonly script: boolean;
  readonly argv: readonly string[];
  readonly options: ExecuteOptions;
}
