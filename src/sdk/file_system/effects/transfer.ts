import {
  closing,
  copyBytes,
  type Fd,
  fstat,
  mkdirAt,
  openAt,
  readLinkAt,
  symlinkAt,
  temporaryName,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { keepAttributes } from "./file.ts";
import { discard } from "./remove.ts";
import type { Place } from "./symlink.ts";

type Create = Authorized<"file_system.create">;
type Read = Authorized<"file_system.read">;

/**
 * Calls `act` with a new directory in an open one, where what is to have the path of the token is put together. It
 * has a name that nobody can foresee and goes unless `act` has given it another.
 */
export function staging(token: Create, to: Place, act: (staged: Fd, name: string) => void): void {
  expectFor(token, to.path);
  const name = temporaryName();
  mkdirAt(to.directory, name, 0o700);
  try {
    closing(openAt(to.directory, name, { access: "read", directory: true }), (fd) => act(fd, name));
  } catch (error) {
    discard(to.directory, name);
    throw error;
  }
}

/** Makes a file anew elsewhere, with its content, permissions and times. Special bits are left out. */
export function copyFile(
  tokens: { readonly read: Read; readonly create: Create; readonly write: Authorized<"file_system.write"> },
  from: Place,
  to: Place,
): void {
  expectFor(tokens.read, from.path);
  expectFor(tokens.create, to.path);
  expectFor(tokens.write, to.path);
  closing(openAt(from.directory, from.name, { access: "read" }), (source) => {
    const status = fstat(source);
    if (status.type !== "file") throw new OsError("ESTALE");
    const flags = { access: "write", create: true, exclusive: true, mode: 0o600 } as const;
    closing(openAt(to.directory, to.name, flags), (copy) => {
      copyBytes(source, copy);
      keepAttributes(copy, status);
    });
  });
}

/** Makes a link anew elsewhere. */
export function copyLink(
  tokens: { readonly read: Read; readonly create: Create },
  from: Place,
  to: Place,
): void {
  expectFor(tokens.read, from.path);
  expectFor(tokens.create, to.path);
  const target = readLinkAt(from.directory, from.name);
  // Bytes that are no UTF-8 may have been lost in reading: the copy would lead elsewhere, and the original goes.
  if (target.includes("\ufffd")) throw new OsError("EILSEQ");
  symlinkAt(target, to.directory, to.name);
}

/** Makes a directory anew elsewhere; `fill` puts into it what is in the other. */
export function copyDirectory(
  tokens: { readonly read: Read; readonly create: Create },
  from: Place,
  to: Place,
  fill: (source: Fd, copy: Fd) => void,
): void {
  expectFor(tokens.read, from.path);
  expectFor(tokens.create, to.path);
  const flags = { access: "read", directory: true } as const;
  closing(openAt(from.directory, from.name, flags), (source) => {
    mkdirAt(to.directory, to.name, 0o700);
    closing(openAt(to.directory, to.name, flags), (copy) => {
      fill(source, copy);
      keepDirectory(tokens.create, to.path, source, copy);
    });
  });
}

/** Gives a directory of our making permissions and times of another, which are changed by filling it. */
export function keepDirectory(token: Create, path: string, source: Fd, copy: Fd): void {
  expectFor(token, path);
  keepAttributes(copy, fstat(source));
}
