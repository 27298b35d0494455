import { LIMITS } from "../../platform/limits.ts";
import { BundleError } from "../errors.ts";

/** A bound with its name, which whoever meets it is told. */
export interface Bound {
  readonly limit: string;
  readonly most: number;
}

export const boundOf = (limit: keyof typeof LIMITS): Bound => ({ limit, most: LIMITS[limit] });

/** What an archive may be, before anything of it is looked at. */
export interface ArchiveBounds {
  /** Bytes of the archive as it is. */
  readonly bytes: Bound;
  /** Bytes that it decompresses to, headers and padding included. */
  readonly unpackedBytes: Bound;
  readonly files: Bound;
  /** Bytes of one file. */
  readonly fileBytes: Bound;
}

/** @throws {BundleError} `archive_too_large` */
export function expectWithin({ limit, most }: Bound, count: number, file?: string): void {
  if (count <= most) return;
  const what = file === undefined ? "the archive" : "it";
  throw new BundleError(
    "archive_too_large",
    `${what} is beyond the limit ${limit}: at most ${most}`,
    file === undefined ? {} : { file },
  );
}
