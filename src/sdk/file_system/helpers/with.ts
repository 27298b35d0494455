import { SdkError } from "../../errors.ts";
import type { Call } from "../../operation.ts";
import type { DirHandle, FileHandle, OpenedFor } from "../handles.ts";
import { OPEN_FILE_ERRORS } from "../kinds.ts";
import { openDir, openFile } from "../open.ts";
import { using } from "../using.ts";
import { locate } from "./path.ts";

/** Checks of {@link withFile}, for the documentation of helpers. */
export const FILE_CHECKS = [
  "fs:open Dir(<parent as given>)",
  "fs:open Dir(<real parent>)",
  "fs:open File(<file>)",
] as const;
/** Checks of a read that falls back to the redacted text. */
export const READ_CHECKS = [
  "fs:read File(<file>), else fs:redacted_read File(<file>) and the redaction dictionary",
] as const;

/** Kinds of errors of {@link withFile}. */
export const FILE_ERRORS = ["InvalidArguments", ...OPEN_FILE_ERRORS] as const;
/** The same with a read that falls back to the redacted text. */
export const REDACTABLE_ERRORS = [...FILE_ERRORS, "UnsupportedOperationError", "DirectoryError"] as const;

/** Opens the file at `path` for `use`; links in its directory's path are followed, a link in its place is not. */
export function withFile<T>(
  call: Call,
  path: string,
  options: Partial<OpenedFor>,
  use: (file: FileHandle) => T,
): T {
  const { directory, name } = locate(path, "file path");
  return withDir(call, directory, (dir) => using(openFile(call, dir, name, options), use));
}

/** Opens the directory at `path`, following links, for `use`. */
export function withDir<T>(call: Call, path: string, use: (dir: DirHandle) => T): T {
  return using(openDir(call, path, { followSymlinks: true }), use);
}

/** Whether `error` says that there is no such file or directory. */
export function isAbsent(error: unknown): boolean {
  return error instanceof SdkError && error.message.includes("No such file or directory (os error 2)");
}
