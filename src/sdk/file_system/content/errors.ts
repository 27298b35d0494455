import { TarError } from "../../../tar/read.ts";
import { fromPlatform, ioError } from "../os-errors.ts";
import { GzipError } from "./gzip/gunzip.ts";

/** What `action` returns; content that is damaged, and what the system refuses, as an `IoError`. */
export function asIoError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof GzipError || error instanceof TarError) {
      throw ioError("IoError", error.message);
    }
    throw fromPlatform(error);
  }
}
