import { join } from "node:path";
import {
  type BundleContent,
  type Finding,
  readBundle,
  readBytes,
  readContent,
  readFolder,
} from "../../bundle/content/index.ts";
import { BundleError } from "../../bundle/errors.ts";
import { OsError } from "../../platform/os-error.ts";

/** A bundle that the command line names: an archive, or a folder of the same layout. */
export interface Source {
  readonly path: string;
  readonly isFolder: boolean;
  readonly content: BundleContent;
}

/** @throws {BundleError} that names the file as one finds it */
export function readSource(path: string): Source {
  const bytes = readArchiveBytes(path);
  const isFolder = bytes === undefined;
  try {
    return { path, isFolder, content: isFolder ? readContent(readFolder(path)) : readBundle(bytes) };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    const { code, message, line } = error;
    const place = line === undefined ? {} : { line };
    throw new BundleError(code, message, {
      cause: error,
      file: placeIn({ path, isFolder }, error.file),
      ...place,
    });
  }
}

/** `undefined` of a folder. */
function readArchiveBytes(path: string): Uint8Array | undefined {
  try {
    return readBytes(path);
  } catch (error) {
    const { cause } = error instanceof BundleError ? error : {};
    if (cause instanceof OsError && cause.code === "EISDIR") return undefined;
    throw error;
  }
}

/** Where a file of a bundle is, for whoever has to change it. */
export function placeIn(
  { path, isFolder }: Pick<Source, "path" | "isFolder">,
  file: string | undefined,
): string {
  if (file === undefined) return path;
  return isFolder ? join(path, file) : `${path}: ${file}`;
}

/** `findings` with their files as one finds them. */
export const placed = (
  source: Pick<Source, "path" | "isFolder">,
  findings: readonly Finding[],
): readonly Finding[] => findings.map((finding) => ({ ...finding, file: placeIn(source, finding.file) }));
