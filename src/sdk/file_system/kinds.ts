/** Kinds of errors of steps that operations have in common, for their documentation. */
import type { ErrorKind } from "../errors.ts";

type Kinds = readonly ErrorKind<"IoErrorKind">[];

/** Of looking at something that is open: its owners may have no name. */
export const METADATA_ERRORS: Kinds = ["IdentityResolutionError", "IoError"];

/** Of opening a directory at a path, through no link. */
export const OPEN_DIR_ERRORS: Kinds = ["DirectoryOpenError", "IoError", "FileContentTooLargeError", "Other"];

/** Of opening a file for reading, by a path or a name that is known to be one. */
export const OPEN_FILE_ERRORS: Kinds = [
  "ValidationError",
  "FileError",
  "IoError",
  "FileContentTooLargeError",
  "Other",
];

/** Of opening a file with the options of a script. */
export const OPEN_WITH_OPTIONS_ERRORS: Kinds = [
  "InvalidPath",
  "InvalidArguments",
  "RustixError",
  ...OPEN_FILE_ERRORS,
];

/** Of changing permissions. */
export const CHMOD_ERRORS: Kinds = ["TryFromIntError", "ValidationError", "IoError"];

/** Of changing owners, which are given by name. */
export const CHOWN_ERRORS: Kinds = ["IdentityResolutionError", "IoError", "RustixError"];

/** Of reading what a handle was opened for. */
export const READ_ERRORS: Kinds = ["InvalidFileMode", "IoError", "FileContentTooLargeError"];

/** What a read that falls back to the redacted text adds: the dictionary. */
export const REDACTION_ERRORS: Kinds = ["UnsupportedOperationError", "DirectoryError", "FileError"];
