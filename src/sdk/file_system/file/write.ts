import type { Call } from "../../operation.ts";
import { requireRead, requireWriteFlag } from "../access.ts";
import { isGone, Replaced, replaceFile } from "../effects/entry.ts";
import { allocate, copyContent, overwrite, setLength, sizeBefore } from "../effects/file.ts";
import { FileHandle } from "../handles.ts";
import { asIoErrors, fromPlatform, ioError } from "../os-errors.ts";
import { ask, file } from "../resource.ts";

const encoder = new TextEncoder();

/** Puts a new file with `content` in the place of that of `handle`; returns a handle of the new one. */
export function writeFile(call: Call, handle: FileHandle, content: string, keepOwner: boolean): FileHandle {
  const resource = file(handle.path);
  const token = call.access.require(ask("write", resource));
  requireWriteFlag(handle);
  // A file that was deleted since would be made anew, which writing alone does not allow.
  if (asIoErrors(() => isGone(token, handle))) call.access.require(ask("create", resource));
  const { read } = handle.openedFor;
  try {
    const { descriptor, identity } = replaceFile(token, handle, encoder.encode(content), {
      keepOwner,
      access: read ? "read-write" : "write",
    });
    handle.replacement.current = identity;
    return successor(handle, descriptor);
  } catch (error) {
    throw error instanceof Replaced ? replaced(handle) : fromPlatform(error);
  }
}

/** A handle like `handle` of another open file at its name. */
export function successor(handle: FileHandle, descriptor: FileHandle["descriptor"]): FileHandle {
  const { directory, directoryPath, name, openedFor, resolvedPath } = handle;
  const next = new FileHandle(
    descriptor,
    directory.retain(),
    directoryPath,
    name,
    openedFor,
    ...(resolvedPath === undefined ? [] : [resolvedPath]),
  );
  next.replacement = handle.replacement;
  return next;
}

/** The error of a handle whose name now stands for another file than its own. */
export const replaced = (handle: FileHandle): Error =>
  ioError(
    "FileError",
    `File error: the name no longer stands for the file that was opened; open it again: ${handle.linkPath}`,
  );

/** Writes `content` from where the handle stands and makes the file as long as it; the handle is rewound. */
export function writeInPlace(call: Call, handle: FileHandle, content: string): void {
  const token = call.access.require(ask("write", file(handle.path)));
  requireWriteFlag(handle);
  asIoErrors(() => overwrite(token, handle, encoder.encode(content), handle.position));
  handle.position = 0;
}

export interface CopyOptions {
  /** Overwrite a destination that is not empty. */
  readonly force: boolean;
  /** Copy permissions and times too. */
  readonly preserve: boolean;
}

/** Puts the content of `source` into `destination`; both are rewound. */
export function copyFile(
  call: Call,
  source: FileHandle,
  destination: FileHandle,
  { force, preserve }: CopyOptions,
): void {
  const read = requireRead(call, source);
  const write = call.access.require(ask("write", file(destination.path)));
  requireWriteFlag(destination);
  asIoErrors(() => {
    const size = sizeBefore(write, destination);
    if (!force && size > 0) {
      throw ioError(
        "DestinationFileNotEmptyError",
        `Destination file not empty: File: ${destination.path}, Size: ${size} bytes`,
      );
    }
    copyContent({ read, write }, source, destination, preserve);
  });
  source.position = 0;
  destination.position = 0;
}

/** Makes the file `bytes` long. */
export function truncateFile(call: Call, handle: FileHandle, bytes: bigint): void {
  const token = call.access.require(ask("write", file(handle.path)));
  if (bytes < 0n) {
    throw ioError("InvalidArguments", "Invalid arguments: Size must be greater than or equal to 0");
  }
  asIoErrors(() => setLength(token, handle, Number(bytes)), "RustixError");
}

/** Reserves space for the first `bytes` of the file. */
export function allocateFile(call: Call, handle: FileHandle, bytes: bigint): void {
  const token = call.access.require(ask("write", file(handle.path)));
  requireWriteFlag(handle);
  asIoErrors(() => allocate(token, handle, Number(bytes)), "RustixError");
}
