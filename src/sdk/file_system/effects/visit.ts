import { closing, type Fd, listNames, openAt } from "../../../platform/file.ts";
import { LIMITS, LimitError } from "../../../platform/limits.ts";
import { OsError } from "../../../platform/os-error.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { join } from "../resource.ts";

/** Told of an entry by its path from the directory that is visited. */
export type Visit = (path: string, isDirectory: boolean) => void;

/**
 * Calls `visit` with all that is below the open directory at `path`, through no link. What a script learns of it is up
 * to the caller: the permission is to remove or to move the directory, not to read it.
 */
export function visitBelow(
  token: Authorized<"file_system.delete"> | Authorized<"file_system.move">,
  path: string,
  fd: Fd,
  visit: Visit,
): void {
  expectFor(token, path);
  visitEntries(fd, "", 0, visit);
}

function visitEntries(fd: Fd, above: string, depth: number, visit: Visit): void {
  // Each level takes a descriptor.
  if (depth > LIMITS.directoryDepth) throw new LimitError("directoryDepth", LIMITS.directoryDepth);
  for (const { name, type } of listNames(fd)) {
    const path = above === "" ? name : join(above, name);
    visit(path, type === "dir");
    if (type !== "dir") continue;
    unlessGone(() =>
      closing(openAt(fd, name, { access: "read", directory: true }), (child) =>
        visitEntries(child, path, depth + 1, visit),
      ),
    );
  }
}

/** What `act` finds gone is no error. */
export function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof OsError) || error.code !== "ENOENT") throw error;
  }
}
