import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import type { Call } from "../../operation.ts";
import { entryType } from "../effects/lookup.ts";
import { removeDirectory } from "../effects/remove.ts";
import { renameDirectory, settle } from "../effects/rename.ts";
import { visitBelow } from "../effects/visit.ts";
import type { DirHandle } from "../handles.ts";
import { expectBaseName, openSubdir } from "../open.ts";
import { asIoErrors, fromPlatform, ioError } from "../os-errors.ts";
import { ask, baseName, dir, join } from "../resource.ts";
import { using } from "../using.ts";
import { heedForbids } from "./forbids.ts";
import { listDirectory } from "./list.ts";
import type { moveOptions, ValuesOf } from "./options.ts";
import { isNotEmpty, notEmpty } from "./remove.ts";
import { copyTree } from "./transfer.ts";

type Options = ValuesOf<typeof moveOptions>;

/** What is moved: an open directory, and the one that it is in. */
interface Source {
  readonly parent: DirHandle;
  readonly directory: DirHandle;
  readonly name: string;
  readonly path: string;
}

interface Tokens {
  readonly move: Authorized<"file_system.move">;
  readonly create: Authorized<"file_system.create">;
  readonly open: Authorized<"file_system.open">;
}

/**
 * Moves an open directory of `parent` to `name` in another, or into the directory that is there and not empty. Asks to
 * move it with the destination as context, to create the destination and to open it.
 */
export function moveDirectory(
  call: Call,
  parent: DirHandle,
  directory: DirHandle,
  to: DirHandle,
  name: string,
  options: Options,
): DirHandle {
  const sourceName = baseName(directory.path);
  const source = { parent, directory, name: sourceName, path: join(parent.path, sourceName) };
  const tokens = permission(call, source, to, name);
  expectBaseName(name);
  try {
    rename(call, tokens, source, to, name);
  } catch (error) {
    if (isOsError(error, "EXDEV")) return moveElsewhere(call, tokens, source, to, name, options);
    if (!(error instanceof OsError && isNotEmpty(error.code)))
      throw moveError(error, source, join(to.path, name));
    return moveInto(call, source, to, name, options);
  }
  return moved(call, source, to, name, options);
}

/** Moves into the directory `name`, under the source's own name. */
function moveInto(call: Call, source: Source, to: DirHandle, name: string, options: Options): DirHandle {
  return using(openSubdir(call, to, name), (inner) => {
    const tokens = permission(call, source, inner, source.name);
    try {
      rename(call, tokens, source, inner, source.name);
    } catch (error) {
      throw moveError(error, source, join(inner.path, source.name));
    }
    return moved(call, source, inner, source.name, options);
  });
}

/**
 * Moves to another file system: all is made anew there and then removed here. Asks beforehand to read all of it, to
 * create and write all of it there, and to delete it here.
 */
function moveElsewhere(
  call: Call,
  tokens: Tokens,
  source: Source,
  to: DirHandle,
  name: string,
  options: Options,
): DirHandle {
  if (!isFilled(call, tokens, to, name)) return transfer(call, tokens, source, to, name, options);
  return using(openSubdir(call, to, name), (inner) => {
    const into = permission(call, source, inner, source.name);
    if (isFilled(call, into, inner, source.name)) throw notEmpty(join(inner.path, source.name));
    return transfer(call, into, source, inner, source.name, options);
  });
}

/** Whether `name` is a directory with something in it. Asks to read it. @throws kind `InvalidPath` for a file */
function isFilled(call: Call, { open }: Tokens, to: DirHandle, name: string): boolean {
  const type = asIoErrors(() => entryType(open, dir(join(to.path, name)).id, to.fd, name));
  if (type === undefined) return false;
  if (type !== "dir")
    throw ioError("InvalidPath", `Invalid path: Cannot create directory '${name}': file exists`);
  return using(openSubdir(call, to, name), (inner) => listDirectory(call, inner).length > 0);
}

function transfer(
  call: Call,
  { create }: Tokens,
  source: Source,
  to: DirHandle,
  name: string,
  options: Options,
): DirHandle {
  const { directory, path } = source;
  const resource = dir(path);
  const remove = call.access.require(ask("delete", resource));
  const place = { directory: to.fd, name, path: dir(join(to.path, name)).id };
  const each = heedForbids(call, remove.request, [{ action: remove.request.action, below: resource.id }]);
  try {
    // Before all is made anew, not after.
    if (each) visitBelow(remove, resource.id, directory.fd, each);
    copyTree(call, directory, { ...place, token: create }, (staged) => settle(create, staged, place));
    removeDirectory(remove, resource.id, directory.fd, each ?? (() => undefined));
  } catch (error) {
    throw moveError(error, source, place.path);
  }
  return moved(call, source, to, name, options);
}

/** Asks for all that a move needs, also to open what came of it. */
function permission({ access }: Call, source: Source, to: DirHandle, name: string): Tokens {
  const path = join(to.path, name);
  const destination = { path, name, parent_path: to.path };
  const move = access.require(ask("move", dir(source.path), { record: { destination }, entities: [] }));
  const create = access.require(ask("create", dir(path)));
  return { move, create, open: access.require(ask("open", dir(path))) };
}

/** Gives it its new place, unless a policy forbids to move, or to create there, something that is in it. */
function rename(call: Call, tokens: Tokens, source: Source, to: DirHandle, name: string): void {
  const from = dir(source.path).id;
  const into = dir(join(to.path, name)).id;
  const each = heedForbids(call, tokens.move.request, [
    { action: "file_system.move", below: from, to: into },
    { action: "file_system.create", below: into },
  ]);
  if (each) visitBelow(tokens.move, from, source.directory.fd, each);
  renameDirectory(
    tokens,
    source.directory.fd,
    { directory: source.parent.fd, name: source.name, path: from },
    { directory: to.fd, name, path: into },
  );
}

function moved(call: Call, source: Source, to: DirHandle, name: string, options: Options): DirHandle {
  if (options.verbose) {
    const message = `Moved from '${source.path}' to '${join(to.path, name)}'`;
    call.run.log("INFO", message, call.line, "move");
  }
  return openSubdir(call, to, name);
}

function moveError(error: unknown, source: Source, to: string): unknown {
  if (!(error instanceof OsError)) return fromPlatform(error);
  if (isNotEmpty(error.code)) return notEmpty(to);
  if (error.code === "EACCES" || error.code === "EPERM")
    return ioError("InvalidPath", `Invalid path: ${error.message}`);
  const reason = `Error moving dir ${source.name} from '${source.path}' to '${to}'`;
  return ioError("DirectoryError", `Directory error: ${reason}: ${source.path}`);
}

const isOsError = (error: unknown, code: string): boolean => error instanceof OsError && error.code === code;
