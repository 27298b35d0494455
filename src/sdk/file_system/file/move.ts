import { OsError } from "../../../platform/os-error.ts";
import { Denied } from "../../../policy/errors.ts";
import type { Resource } from "../../../policy/types.ts";
import { SdkError } from "../../errors.ts";
import type { Call } from "../../operation.ts";
import { requireRead } from "../access.ts";
import type { Descriptor } from "../descriptor.ts";
import { isElsewhere, Replaced, removeEntry, renameEntry, transferEntry } from "../effects/entry.ts";
import { type DirHandle, FileHandle } from "../handles.ts";
import { expectBaseName } from "../open.ts";
import { fromPlatform, ioError } from "../os-errors.ts";
import { ask, file, join } from "../resource.ts";
import { replaced } from "./write.ts";

export interface MoveOptions {
  /** To another file system: keep owner and times too. */
  readonly backup: boolean;
  /** Log it. */
  readonly verbose: boolean;
}

/** Moves the entry of `handle` to `name` in `directory`, in place of what is there. Returns a handle of it there. */
export function moveFile(
  call: Call,
  handle: FileHandle,
  directory: DirHandle,
  name: string,
  { backup, verbose }: MoveOptions,
): FileHandle {
  const source = file(handle.linkPath);
  const to = { directory: directory.fd, name, path: join(directory.path, name) };
  const destination = file(to.path);
  const context = {
    record: { destination: { path: to.path, name, parent_path: directory.path } },
    entities: [],
  };
  const move = call.access.require(ask("move", source, context));
  const create = call.access.require(ask("create", destination));
  call.access.require(ask("open", destination));
  expectBaseName(name);
  // To move to no name is to move to the directory itself, which is there.
  if (name === "") throw moveError(new OsError("EEXIST"), handle, to.path);
  let descriptor: Descriptor | undefined;
  try {
    if (isElsewhere(move, handle, directory.fd)) {
      const read = requireRead(call, handle);
      const write = call.access.require(ask("write", destination));
      const remove = call.access.require(ask("delete", source));
      const access = handle.openedFor.write ? (handle.openedFor.read ? "read-write" : "write") : "read";
      const written = transferEntry({ read, create, write, remove }, handle, to, { backup, access });
      descriptor = written.descriptor;
    } else {
      renameKeeping(call, { move, create }, handle, to, destination);
    }
  } catch (error) {
    throw moveError(error, handle, to.path);
  }
  if (verbose) {
    call.run.log("INFO", `Moved from '${handle.linkPath}' to '${to.path}'`, call.line, "move");
  }
  const { openedFor, resolvedPath } = handle;
  return new FileHandle(
    descriptor ?? handle.descriptor.retain(),
    directory.descriptor.retain(),
    directory.path,
    name,
    openedFor,
    ...(resolvedPath === undefined ? [] : [resolvedPath]),
  );
}

/** Renames in place of what is there, unless a policy forbids to write to that or to delete it. */
function renameKeeping(
  { access }: Call,
  tokens: Parameters<typeof renameEntry>[0],
  handle: FileHandle,
  to: Parameters<typeof renameEntry>[2],
  destination: Resource,
): void {
  const forbidden = (["write", "delete"] as const).flatMap((verb) => {
    const decision = access.vetoes(`file_system.${verb}`)?.(destination);
    return decision ? [new Denied(access.principal, ask(verb, destination), decision)] : [];
  });
  try {
    renameEntry(tokens, handle, to, forbidden.length > 0);
  } catch (error) {
    throw error instanceof OsError && error.code === "EEXIST" ? (forbidden[0] ?? error) : error;
  }
}

function moveError(error: unknown, handle: FileHandle, to: string): unknown {
  if (error instanceof Replaced) return replaced(handle);
  if (error instanceof Denied || error instanceof SdkError) return error;
  if (!(error instanceof OsError)) return fromPlatform(error);
  if (error.code === "EACCES" || error.code === "EPERM") {
    return ioError("InvalidPath", `Invalid path: ${error.message}`);
  }
  const from = handle.linkPath;
  const reason = `Error moving file ${handle.name} from '${from}' to '${to}'`;
  return ioError("FileError", `File error: ${reason}: ${from}`);
}

/** Removes the entry by which `handle` was opened; a link that was followed, not what it led to. */
export function deleteFile(call: Call, handle: FileHandle, { force }: { readonly force: boolean }): void {
  const token = call.access.require(ask("delete", file(handle.linkPath)));
  try {
    removeEntry(token, handle);
  } catch (error) {
    const gone = error instanceof OsError && error.code === "ENOENT";
    if (gone && force) return;
    if (gone) throw ioError("NotFound", `No such file or directory found: ${handle.directoryPath}`);
    if (error instanceof Replaced) throw replaced(handle);
    if (error instanceof OsError) {
      throw ioError("FileError", `File error: Error removing file: ${handle.directoryPath}`);
    }
    throw error;
  }
}
