import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import type { Call } from "../../operation.ts";
import { renameDirectory } from "../effects/rename.ts";
import type { DirHandle } from "../handles.ts";
import { expectBaseName, openSubdir } from "../open.ts";
import { fromPlatform, ioError } from "../os-errors.ts";
import { ask, baseName, dir, join } from "../resource.ts";
import type { moveOptions, ValuesOf } from "./options.ts";
import { isNotEmpty, notEmpty } from "./remove.ts";

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
    rename(tokens, source, to, name);
  } catch (error) {
    if (!(error instanceof OsError && isNotEmpty(error.code)))
      throw moveError(error, source, join(to.path, name));
    return moveInto(call, source, to, name, options);
  }
  return moved(call, source, to, name, options);
}

/** Moves into the directory `name`, under the source's own name. */
function moveInto(call: Call, source: Source, to: DirHandle, name: string, options: Options): DirHandle {
  const inner = openSubdir(call, to, name);
  try {
    const path = join(inner.path, source.name);
    const tokens = permission(call, source, inner, source.name);
    try {
      rename(tokens, source, inner, source.name);
    } catch (error) {
      if (error instanceof OsError && isNotEmpty(error.code)) throw notEmpty(path);
      throw moveError(error, source, path);
    }
    return moved(call, source, inner, source.name, options);
  } finally {
    inner.release();
  }
}

/** Asks for all that a move needs, also to open what came of it. */
function permission({ access }: Call, source: Source, to: DirHandle, name: string): Tokens {
  const path = join(to.path, name);
  const destination = { path, name, parent_path: to.path };
  const move = access.require(ask("move", dir(source.path), { record: { destination }, entities: [] }));
  const create = access.require(ask("create", dir(path)));
  access.require(ask("open", dir(path)));
  return { move, create };
}

function rename(tokens: Tokens, source: Source, to: DirHandle, name: string): void {
  renameDirectory(
    tokens,
    source.directory.fd,
    { directory: source.parent.fd, name: source.name, path: dir(source.path).id },
    { directory: to.fd, name, path: dir(join(to.path, name)).id },
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
  if (error.code === "EACCES" || error.code === "EPERM")
    return ioError("InvalidPath", `Invalid path: ${error.message}`);
  const reason = `Error moving dir ${source.name} from '${source.path}' to '${to}'`;
  return ioError("DirectoryError", `Directory error: ${reason}: ${source.path}`);
}
