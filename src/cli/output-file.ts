import { basename, dirname, resolve } from "node:path";
import { close, closing, fsync, openDirectoryFollowing, replaceContent } from "../platform/file.ts";
import { OsError } from "../platform/os-error.ts";
import { OutputError } from "./terminal.ts";

const MODE = 0o644;

/** Puts `bytes` into the file that the user named, as a whole or not at all. @throws {OutputError} */
export function writeOutputFile(path: string, bytes: Uint8Array): void {
  try {
    closing(openDirectoryFollowing(dirname(resolve(path))), (folder) => {
      close(replaceContent(folder, basename(path), bytes, { mode: MODE }));
      fsync(folder);
    });
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    throw new OutputError(`${path}: it cannot be written: ${error.message}`);
  }
}
