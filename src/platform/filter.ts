import { spawn } from "node:child_process";
import { scrub } from "./environment.ts";
import { LimitError } from "./limits.ts";
import { systemText } from "./os-error.ts";
import { killTree } from "./process-tree.ts";

export interface FilterOptions {
  /** Bytes it may answer, and the name of the limit. */
  readonly maxOutput: number;
  readonly outputLimit: string;
  /** Milliseconds until it is ended with all that it started, and the name of the limit. */
  readonly timeoutMs: number;
  readonly timeLimit: string;
}

export interface FilterResult {
  /** Undefined when a signal ended it, or it could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  /** Why it could not be started. */
  readonly failure?: string;
}

/**
 * Starts the program that the owner of this process named, by its path and without a shell, gives it `input`, and returns
 * what it answers. It shares the terminal and standard error, so that it can ask for a PIN.
 * @throws {LimitError}
 */
export async function filter(
  path: string,
  args: readonly string[],
  input: Uint8Array,
  options: FilterOptions,
): Promise<FilterResult> {
  const child = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"], env: scrub(process.env) });
  let met: LimitError | undefined;
  const end = (limit: LimitError): void => {
    met ??= limit;
    // Its number cannot be another's before it has been waited for.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killTree(child.pid);
    child.stdout.destroy();
  };
  const late = setTimeout(() => end(new LimitError(options.timeLimit, options.timeoutMs)), options.timeoutMs);
  const pieces: Buffer[] = [];
  let length = 0;
  child.stdout.on("data", (piece: Buffer) => {
    length += piece.length;
    if (length > options.maxOutput) end(new LimitError(options.outputLimit, options.maxOutput));
    else pieces.push(piece);
  });
  // One that does not read what it is given says more by its answer.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  try {
    const ended = await endOf(child);
    if (met !== undefined) throw met;
    return { ...ended, stdout: Buffer.concat(pieces, length) };
  } finally {
    clearTimeout(late);
  }
}

function endOf(child: ReturnType<typeof spawn>): Promise<Pick<FilterResult, "exitCode" | "failure">> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ exitCode: undefined, failure: systemText(error) }));
    child.on("close", (code) => resolve({ exitCode: code ?? undefined }));
  });
}
