import {
  chownLinkAt,
  closing,
  type Fd,
  fstat,
  openAt,
  readLinkAt,
  renameAt,
  sameFile,
  statAt,
  symlinkAt,
  temporaryName,
  unlinkAt,
} from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { type Owner, OwnerRefused } from "./ownership.ts";

type Create = Authorized<"file_system.create">;
type Chown = Authorized<"file_system.chown">;

/** An entry of an open directory, by its name and by the path that policies know it by. */
export interface Place {
  readonly directory: Fd;
  readonly name: string;
  readonly path: string;
}

/** A link that is held open, and its place. */
export interface Link {
  readonly fd: Fd;
  readonly directory: { readonly fd: Fd };
  readonly name: string;
  readonly path: string;
}

/** What the link at a place points to, as it was written. The name may lead through directories, but through no link. */
export function readLink(token: Authorized<"file_system.read">, place: Place): string {
  expectFor(token, place.path);
  const [name = "", ...above] = place.name.split("/").reverse();
  return below(place.directory, above.reverse(), (directory) => readLinkAt(directory, name));
}

function below<T>(directory: Fd, names: readonly string[], use: (directory: Fd) => T): T {
  const [name, ...rest] = names;
  if (name === undefined) return use(directory);
  const flags = { access: "path", directory: true } as const;
  return closing(openAt(directory, name, flags), (fd) => below(fd, rest, use));
}

/** The same of a link that is open. ENOENT where its place has become another's. */
export function targetOf(token: Authorized<"file_system.read">, link: Link): string {
  expectFor(token, link.path);
  expectInPlace(link);
  return readLinkAt(link.directory.fd, link.name);
}

/** Makes a link with `target`, any text, as what it points to. */
export function createLink(token: Create, place: Place, target: string): void {
  expectFor(token, place.path);
  symlinkAt(target, place.directory, place.name);
}

/** The same in place of what is there, all at once. A directory is not replaced. */
export function replaceByLink(
  tokens: { readonly create: Create; readonly remove: Authorized<"file_system.delete"> },
  place: Place,
  target: string,
): void {
  expectFor(tokens.create, place.path);
  expectFor(tokens.remove, place.path);
  const temporary = temporaryName();
  symlinkAt(target, place.directory, temporary);
  try {
    renameAt(place.directory, temporary, place.directory, place.name);
  } catch (error) {
    unlinkAt(place.directory, temporary);
    throw error;
  }
}

/** Gives the open link itself, not what it points to, another owner or group. @throws {OwnerRefused} */
export function setLinkOwner(token: Chown, link: Link, owner: Owner): void {
  expectInPlace(link);
  setLinkOwnerAt(token, { directory: link.directory.fd, name: link.name, path: link.path }, owner);
}

/** The same of the link at a place. */
export function setLinkOwnerAt(token: Chown, place: Place, { uid, gid }: Owner): void {
  expectFor(token, place.path);
  try {
    chownLinkAt(place.directory, place.name, uid ?? -1, gid ?? -1);
  } catch (error) {
    throw error instanceof OsError && error.code === "EPERM" ? new OwnerRefused() : error;
  }
}

/** A link can be read and changed only by its name, which must still be the name of the one that was opened. */
function expectInPlace({ fd, directory, name }: Link): void {
  if (!sameFile(statAt(directory.fd, name), fstat(fd))) throw new OsError("ENOENT");
}
