import { writeSync } from "node:fs";
import { waiting } from "./waiting.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Writes all of `text` to standard output, and returns when it is written. */
export const writeOutput = (text: string): void => writeStream(STANDARD_OUTPUT, text);

/** As {@link writeOutput}, to standard error. */
export const writeError = (text: string): void => writeStream(STANDARD_ERROR, text);

function writeStream(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  // A pipe that somebody made non-blocking may be full.
  for (let done = 0; done < bytes.length; ) done += waiting(() => writeSync(fd, bytes, done));
}
