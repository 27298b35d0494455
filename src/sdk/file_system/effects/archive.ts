import {
  chmod,
  chown,
  close,
  closing,
  type Fd,
  fstat,
  mkdirAt,
  openAt,
  replaceContent,
  setTimes,
  writeAll,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

type Create = Authorized<"file_system.create">;

/** A directory below the one that is extracted to: each step with the permission to create it. */
export interface Step {
  readonly name: string;
  readonly path: string;
  readonly token: Create;
}

/** What an entry gets beside its content; what is absent stays as the system has it for new files. */
export interface Attributes {
  /** Permission bits; special bits are never set. */
  readonly mode?: { readonly token: Authorized<"file_system.chmod">; readonly bits: number } | undefined;
  readonly owner?:
    | { readonly token: Authorized<"file_system.chown">; readonly uid: number; readonly gid: number }
    | undefined;
  /** Seconds since the epoch. */
  readonly mtime?: number | undefined;
}

const PERMISSIONS = 0o777;

/**
 * Calls `action` with the directory at the end of `steps` below `base`. What is missing on the way is made; a link on
 * the way is an error, wherever it leads.
 */
export function inDirectory<T>(base: Fd, steps: readonly Step[], action: (directory: Fd) => T): T {
  const [first, ...rest] = steps;
  if (!first) return action(base);
  expectFor(first.token, first.path);
  return closing(makeOrOpen(base, first.name), (fd) => inDirectory(fd, rest, action));
}

function makeOrOpen(parent: Fd, name: string): Fd {
  try {
    mkdirAt(parent, name, PERMISSIONS);
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "EEXIST") throw error;
  }
  return openAt(parent, name, { access: "read", directory: true });
}

/** Puts a new file with `pieces` as its content at `name` in `directory`, which is at `path`, all of it or nothing. */
export function placeFile(
  tokens: { readonly create: Create; readonly write: Authorized<"file_system.write"> },
  directory: Fd,
  name: string,
  path: string,
  pieces: Iterable<Uint8Array>,
  { mode, owner, mtime }: Attributes,
): void {
  expectFor(tokens.create, path);
  expectFor(tokens.write, path);
  if (mode) expectFor(mode.token, path);
  if (owner) expectFor(owner.token, path);
  const write = (fd: Fd) => {
    let end = 0;
    for (const piece of pieces) {
      writeAll(fd, piece, end);
      end += piece.length;
    }
    if (mtime !== undefined) setModified(fd, mtime);
  };
  const bits = mode ? mode.bits & PERMISSIONS : 0o666 & ~process.umask();
  const ids = owner ? { uid: owner.uid, gid: owner.gid } : {};
  close(replaceContent(directory, name, write, { mode: bits, ...ids }));
}

/** Gives the open directory at `path` its attributes, the time last. */
export function setAttributes(
  open: Authorized<"file_system.open">,
  directory: Fd,
  path: string,
  { mode, owner, mtime }: Attributes,
): void {
  expectFor(open, path);
  if (owner) {
    expectFor(owner.token, path);
    chown(directory, owner.uid, owner.gid);
  }
  if (mode) {
    expectFor(mode.token, path);
    chmod(directory, mode.bits & PERMISSIONS);
  }
  if (mtime !== undefined) setModified(directory, mtime);
}

function setModified(fd: Fd, mtimeSec: number): void {
  const { atimeSec, atimeNsec } = fstat(fd);
  setTimes(fd, { atimeSec, atimeNsec, mtimeSec, mtimeNsec: 0 });
}
