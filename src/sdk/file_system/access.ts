import type { Authorized } from "../../policy/types.ts";
import type { Call } from "../operation.ts";
import type { FileHandle } from "./handles.ts";
import { ioError } from "./os-errors.ts";
import { ask, file } from "./resource.ts";

/** Permission to read `handle`, which must have been opened for it. */
export function requireRead({ access }: Call, handle: FileHandle): Authorized<"file_system.read"> {
  const token = access.require(ask("read", file(handle.path)));
  if (handle.openedFor.read) return token;
  throw wrongMode("Attempted to read a file without opening it with the read option.", handle);
}

export function requireWriteFlag(handle: FileHandle): void {
  if (handle.openedFor.write) return;
  throw wrongMode("Attempted to write a file without opening it with the write option.", handle);
}

export const wrongMode = (reason: string, handle: FileHandle): ReturnType<typeof ioError> =>
  ioError("InvalidFileMode", `Invalid file mode: ${reason}: ${handle.path}`);
