import { LineSplitter } from "./child.ts";
import { LimitError } from "./limits.ts";

/** What is to be done with the lines of standard input. */
export interface LineHandler {
  onLine(line: string): void;
  /** There are no more: it was closed, or a line was longer than it may be. */
  onEnd(tooLong?: LimitError): void;
}

/** Reads lines from standard input as they come, while other things go on. */
export function readStandardLines(lineBytes: number, { onLine, onEnd }: LineHandler): void {
  const lines = new LineSplitter(lineBytes, onLine);
  process.stdin.on("data", (chunk: Buffer) => {
    try {
      lines.push(chunk);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      stopReading();
      onEnd(error);
    }
  });
  process.stdin.on("end", () => onEnd());
  process.stdin.on("error", () => onEnd());
}

/** Lets the process end although standard input is open. */
export function stopReading(): void {
  process.stdin.removeAllListeners("data");
  process.stdin.destroy();
}
