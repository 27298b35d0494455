import type { Resource } from "../../../../policy/types.ts";
import type { TarEntry } from "../../../../tar/read.ts";
import type { Call } from "../../../operation.ts";
import { type Attributes, inDirectory, placeFile, type Step, setAttributes } from "../../effects/archive.ts";
import { accounts } from "../../effects/execute.ts";
import type { DirHandle } from "../../handles.ts";
import { ioError, scriptMessage } from "../../os-errors.ts";
import { unknownAccount } from "../../ownership.ts";
import { ask, dir, file, join } from "../../resource.ts";
import { asIoError } from "../errors.ts";

export interface Preserved {
  readonly preserve_permissions: boolean;
  readonly preserve_ownership: boolean;
  readonly preserve_timestamps: boolean;
}

/**
 * Extracts a file below `base`. All that it needs is authorized before anything of it is made; when that is denied or
 * fails, it is left out with a warning.
 */
export function extractFile(call: Call, base: DirHandle, entry: TarEntry, preserved: Preserved): void {
  orWarn(call, `Failed to extract file ${entry.path}`, () => {
    const names = componentsOf(entry.path);
    const name = names.at(-1);
    if (name === undefined || entry.path.endsWith("/"))
      throw invalidPath("is not the path of a file", entry.path);
    const path = names.reduce(join, base.path);
    const resource = file(path);
    const tokens = {
      create: call.access.require(ask("create", resource)),
      write: call.access.require(ask("write", resource)),
    };
    const steps = stepsTo(call, base, names.slice(0, -1));
    const attributes = attributesOf(call, entry, resource, preserved, "file");
    inDirectory(base.fd, steps, (directory) =>
      asIoError(() => placeFile(tokens, directory, name, path, entry.content(), attributes)),
    );
  });
}

/** Makes a directory below `base`, or finds it there, and gives it its attributes; as {@link extractFile}. */
export function extractDirectory(call: Call, base: DirHandle, entry: TarEntry, preserved: Preserved): void {
  orWarn(call, `Failed to apply directory attributes ${entry.path}`, () => {
    const names = componentsOf(entry.path);
    const path = names.reduce(join, base.path);
    const resource = dir(path);
    const steps = stepsTo(call, base, names);
    const open = call.access.require(ask("open", resource));
    const attributes = attributesOf(call, entry, resource, preserved, "directory");
    inDirectory(base.fd, steps, (directory) => setAttributes(open, directory, path, attributes));
  });
}

/** The names that `path` goes through. One that is absolute or goes up would lead out of where it is extracted. */
function componentsOf(path: string): string[] {
  if (path.startsWith("/")) throw invalidPath("is absolute", path);
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw invalidPath("goes up", path);
  return names;
}

const invalidPath = (reason: string, path: string) =>
  ioError("Other", `Path of the entry ${reason}: ${path}`);

function stepsTo(call: Call, base: DirHandle, names: readonly string[]): Step[] {
  let path = base.path;
  return names.map((name) => {
    path = join(path, name);
    return { name, path, token: call.access.require(ask("create", dir(path))) };
  });
}

const SPECIAL_BITS = 0o7000;

function attributesOf(
  call: Call,
  entry: TarEntry,
  resource: Resource,
  preserved: Preserved,
  kind: "file" | "directory",
): Attributes {
  const of = `for ${kind} ${entry.path}`;
  return {
    mode: preserved.preserve_permissions
      ? orWarn(call, `Could not set permissions ${of}`, () => {
          const token = call.access.require(ask("chmod", resource));
          // Without its sticky bit a directory that all may write to is not what the archive asks for.
          if (kind === "directory" && entry.mode & SPECIAL_BITS) {
            const bits = entry.mode.toString(8);
            throw ioError("ValidationError", `Validation error: special bits in ${bits}`);
          }
          return { token, bits: entry.mode };
        })
      : undefined,
    owner: preserved.preserve_ownership
      ? orWarn(call, `Could not preserve ownership ${of}`, () => {
          const token = call.access.require(ask("chown", resource));
          return {
            token,
            uid: idOf("user", entry.user, accounts.user),
            gid: idOf("group", entry.group, accounts.group),
          };
        })
      : undefined,
    mtime: preserved.preserve_timestamps ? entry.mtime : undefined,
  };
}

/** The number of the account; -1, which leaves it as it is, where the archive names none. */
function idOf(
  kind: "user" | "group",
  name: string | undefined,
  find: (name: string) => number | undefined,
): number {
  if (name === undefined) return -1;
  const id = find(name);
  if (id !== undefined) return id;
  throw unknownAccount(kind, name);
}

/** What `action` returns; when it is denied or fails, a warning that begins with `text`. */
function orWarn<T>(call: Call, text: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    call.warn(`${text}: ${scriptMessage(error)}`);
    return undefined;
  }
}
