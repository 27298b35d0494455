import { writeSync } from "node:fs";
import { OsError, withOsErrors } from "./os-error.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Writes all of `text` to standard output, and returns when it is written. */
export const writeOutput = (text: string): void => writeStream(STANDARD_OUTPUT, text);

/** As {@link writeOutput}, to standard error. */
export const writeError = (text: string): void => writeStream(STANDARD_ERROR, text);

function writeStream(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let pause = 1;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += withOsErrors(() => writeSync(fd, bytes, done));
      pause = 1;
    } catch (error) {
      if (!(error instanceof OsError) || (error.code !== "EAGAIN" && error.code !== "EINTR")) throw error;
      // A pipe that somebody made non-blocking, and that is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      pause = Math.min(2 * pause, 50);
    }
  }
}
