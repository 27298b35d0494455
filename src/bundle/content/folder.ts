import { resolve } from "node:path";
import {
  close,
  closing,
  type Fd,
  fstat,
  listNames,
  openAt,
  openDirectoryFollowing,
  readAll,
} from "../../platform/file.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";
import { expectWithin, type Files } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import { BUNDLE_BOUNDS } from "./layout.ts";

/** Folders in one another; a bundle has one level. */
const MAX_DEPTH = 4;

/**
 * The files of a folder and of those below it, by their paths from it; no link is followed. Names that begin with a dot
 * (`.git`) are left out.
 * @throws {BundleError}
 */
export function readFolder(path: string): Files {
  const files = new Map<string, Uint8Array>();
  const folder = told(path, () => openDirectoryFollowing(resolve(path)));
  try {
    collect(folder, "", files, 1);
  } finally {
    close(folder);
  }
  return files;
}

function collect(folder: Fd, prefix: string, files: Map<string, Uint8Array>, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new BundleError("bundle_invalid", "its folders are too deep for a bundle", { file: prefix });
  }
  for (const { name } of told(prefix || ".", () => listNames(folder))) {
    if (name.startsWith(".")) continue;
    const path = `${prefix}${name}`;
    const fd = told(path, () => openAt(folder, name, { access: "read" }));
    closing(fd, () => {
      switch (fstat(fd).type) {
        case "dir":
          return collect(fd, `${path}/`, files, depth + 1);
        case "file":
          expectWithin(BUNDLE_BOUNDS.files, files.size + 1);
          files.set(
            path,
            told(path, () => readAll(fd, BUNDLE_BOUNDS.fileBytes.most)),
          );
          return;
        default:
          throw new BundleError("bundle_invalid", "it is neither a file nor a folder", { file: path });
      }
    });
  }
}

function told<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof LimitError) expectWithin(BUNDLE_BOUNDS.fileBytes, Number.POSITIVE_INFINITY, file);
    if (!(error instanceof OsError)) throw error;
    const why = error.code === "ELOOP" ? "it is a link; put the file itself here" : error.message;
    throw new BundleError("bundle_invalid", `it cannot be read: ${why}`, { file, cause: error });
  }
}
