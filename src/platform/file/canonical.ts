import { lstatSync, realpathSync } from "node:fs";
import { LIMITS } from "../limits.ts";
import { OsError, withOsErrors } from "../os-error.ts";

/** A path that exists, without links, seen from the working directory where it is relative. */
export interface CanonicalPath {
  readonly path: string;
  /** Whether the last name of the path given is a link. */
  readonly isLink: boolean;
}

export function canonicalPath(given: string): CanonicalPath {
  if (given === "") throw new OsError("ENOENT");
  if (Buffer.byteLength(given) > LIMITS.pathBytes) throw new OsError("ENAMETOOLONG");
  return withOsErrors(() => ({
    path: realpathSync.native(given),
    isLink: lstatSync(given).isSymbolicLink(),
  }));
}
