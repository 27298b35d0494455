import { readTar, TarError } from "../../tar/read.ts";
import { fitsHeader, writeTar } from "../../tar/write.ts";
import { BundleError } from "../errors.ts";
import { type ArchiveBounds, expectWithin } from "./bound.ts";
import { gunzip, gzip } from "./gzip.ts";

/** Files by their paths. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Names with letters, digits and `._-` that do not begin with a dot: no `..`, and no two that are one on some disk. */
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/**
 * The archive (.tar.gz) of `files`. The same files make the same bytes, in whatever order they come.
 * @throws {BundleError} `archive_invalid` for names that {@link readArchive} would refuse
 */
export function writeArchive(files: Files): Uint8Array {
  const names = new Names();
  for (const name of files.keys()) names.add(name);
  return gzip(toTar(files));
}

/**
 * The files of an archive that {@link writeArchive} made, in memory. Any other is refused: what has links, devices,
 * attributes or extended headers, what is in another order, what has more after its end.
 * @throws {BundleError}
 */
export function readArchive(bytes: Uint8Array, bounds: ArchiveBounds): Files {
  expectWithin(bounds.bytes, bytes.length);
  const tar = gunzip(bytes, bounds.unpackedBytes);
  const files = asBundleErrors(() => filesOf(tar, bounds));
  // The reader of tar takes what many programs write; this leaves one form, and so one meaning.
  if (Buffer.compare(toTar(files), tar) !== 0) {
    throw invalid("it is not in the form that remit bundle build writes (order, owners, times, end)");
  }
  return files;
}

function filesOf(tar: Uint8Array, { files: most, fileBytes }: ArchiveBounds): Files {
  const names = new Names();
  const files = new Map<string, Uint8Array>();
  for (const { path, type, content } of readTar([tar].values())) {
    if (type !== "file") throw invalid(`${shown(path)} is no regular file`);
    names.add(path);
    expectWithin(most, files.size + 1);
    // The archive is one piece, so this is a part of it, not a copy.
    const [whole = new Uint8Array()] = content();
    expectWithin(fileBytes, whole.length, path);
    files.set(path, whole);
  }
  return files;
}

const toTar = (files: Files): Uint8Array =>
  writeTar(
    [...files].map(([name, content]) => ({ name, content })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  );

/** The names of an archive: each means one file on every disk. */
class Names {
  /** In lower case, with what was given. */
  private readonly files = new Map<string, string>();
  private readonly folders = new Map<string, string>();

  /** @throws {BundleError} `archive_invalid` */
  add(name: string): void {
    if (!PATH.test(name)) throw invalid(`${shown(name)} is no path of letters, digits and "._-" below it`);
    if (!fitsHeader(name)) throw invalid(`${shown(name)} is too long`);
    const lower = name.toLowerCase();
    const same = this.files.get(lower) ?? this.folders.get(lower);
    if (same !== undefined) throw collision(name, same);
    this.files.set(lower, name);
    for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
      this.addFolder(name.slice(0, at));
    }
  }

  private addFolder(folder: string): void {
    const lower = folder.toLowerCase();
    const same = this.files.get(lower) ?? this.folders.get(lower);
    if (same !== undefined && (same !== folder || this.files.has(lower))) throw collision(folder, same);
    this.folders.set(lower, folder);
  }
}

function asBundleErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TarError) throw invalid(error.message);
    throw error;
  }
}

const invalid = (why: string): BundleError =>
  new BundleError("archive_invalid", `the archive cannot be used: ${why}`);

const collision = (name: string, other: string): BundleError =>
  invalid(name === other ? `${name} is in it twice` : `${name} and ${other} are one name on some disks`);

/** A name of others, as data. */
const shown = (name: string): string => JSON.stringify(name.slice(0, 300));
