import { ioError } from "../os-errors.ts";

/** A path as helpers take it apart: the directory as given, and the name of the entry in it. */
export interface Location {
  readonly directory: string;
  readonly name: string;
}

/** `path` without what does not change where it leads at its end: slashes, and `.` components after the first. */
function trimEnd(path: string): string {
  let end = path.length;
  for (;;) {
    if (end > 1 && path[end - 1] === "/") end--;
    else if (end > 1 && path[end - 1] === "." && path[end - 2] === "/") end--;
    else return path.slice(0, end);
  }
}

/**
 * Directory and name of `path`. A relative path has a relative directory, which is refused when it is checked.
 * @throws {SdkError} `InvalidArguments` when it ends in no name (`/`, `..`, nothing); `what` says which path it was
 */
export function locate(path: string, what: string): Location {
  const trimmed = trimEnd(path);
  const slash = trimmed.lastIndexOf("/");
  const name = trimmed.slice(slash + 1);
  if (name === "" || name === "." || name === "..") {
    throw ioError("InvalidArguments", `Invalid arguments: Invalid ${what}: ${path}`);
  }
  if (slash === 0) return { directory: "/", name };
  return { directory: slash < 0 ? "" : trimEnd(trimmed.slice(0, slash)), name };
}
