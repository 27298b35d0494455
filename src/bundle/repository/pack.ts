import { type ArchiveBounds, boundOf, type Files, readArchive, writeArchive } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import { MAX_BYTES } from "../tuf/metadata.ts";
import { filePath, readBundleFile } from "./bundle-files.ts";
import { type Folder, PUBLIC } from "./folder.ts";
import { readState, releasedPath, rootVersions } from "./state.ts";

/**
 * What a pack may be: all roots, the present metadata and one bundle, as one archive with the paths of the repository. A
 * device that no network reaches takes them from there.
 */
export const PACK_BOUNDS: ArchiveBounds = {
  bytes: boundOf("packBytes"),
  unpackedBytes: boundOf("packBytes"),
  files: boundOf("packFiles"),
  fileBytes: boundOf("bundleBytes"),
};

/** The files of a pack, by the paths that a transport takes. @throws {BundleError} */
export const readPack = (bytes: Uint8Array): Files => readArchive(bytes, PACK_BOUNDS);

/**
 * A pack with the bundle of a channel.
 * @throws {BundleError} target_unknown; repository_invalid when nothing is released
 */
export function writePack(folder: Folder, channel: string): Uint8Array {
  const { targets, snapshot, timestamp } = readState(folder).released;
  if (targets === undefined || snapshot === undefined || timestamp === undefined) {
    throw new BundleError("repository_invalid", "nothing is released yet; remit repo release does so");
  }
  const path = `${channel}.tar.gz`;
  const file = targets.signed.targets.get(path);
  if (file === undefined) {
    const known = [...targets.signed.targets.keys()].map((name) => name.replace(/\.tar\.gz$/, ""));
    throw new BundleError(
      "target_unknown",
      `no bundle of ${channel} is released; there are ${known.join(", ")}`,
    );
  }
  const metadata = [targets, snapshot, timestamp].map(({ signed }) =>
    releasedPath(signed._type, signed.version),
  );
  const roots = rootVersions(folder).map((version) => releasedPath("root", version));
  const bundle = filePath(PUBLIC, [path, file]);
  return writeArchive(
    new Map([
      ...[...roots, ...metadata].map((place) => [inPack(place), readReleased(folder, place)] as const),
      [inPack(bundle), readBundleFile(folder, [path, file]).bytes],
    ]),
  );
}

const inPack = (path: string): string => path.slice(PUBLIC.length + 1);

function readReleased(folder: Folder, path: string): Uint8Array {
  const bytes = folder.read(path, Math.max(...Object.values(MAX_BYTES)));
  if (bytes !== undefined) return bytes;
  throw new BundleError("repository_invalid", `${path} is missing`);
}
