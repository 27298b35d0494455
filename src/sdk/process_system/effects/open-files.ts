import { type CanonicalPath, canonicalPath } from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import {
  type FileReference,
  fileReferences,
  links,
  type Mapping,
  mappings,
  type ProcessLinks,
  unixSockets,
} from "../../../platform/proc.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { HeldProcess } from "./processes.ts";

type ReadProc = Authorized<"file_system.read">;

/** What a process uses. */
export interface Usage extends ProcessLinks {
  readonly references: readonly FileReference[];
  readonly mappings: readonly Mapping[];
  /** Why its mappings are not known. */
  readonly mappingsRefused: OsError | undefined;
}

/** Where `path` leads, for those who may list /proc. */
export function canonical(token: ReadProc, path: string): CanonicalPath {
  expectFor(token, "/proc");
  return canonicalPath(path);
}

/** Paths of Unix sockets by inode. */
export function socketPaths(token: ReadProc): ReadonlyMap<string, string> {
  expectFor(token, "/proc");
  return unixSockets();
}

/** What the process uses, as far as this user may know. */
export function usage(token: Authorized<"process_system.list_fds">, { seen, directory }: HeldProcess): Usage {
  expectFor(token, String(seen.pid));
  const mapped = unlessRefused(() => mappings(directory));
  const references = unlessRefused(() => fileReferences(directory));
  return {
    ...links(directory),
    references: references instanceof OsError ? [] : references,
    mappings: mapped instanceof OsError ? [] : mapped,
    mappingsRefused: mapped instanceof OsError ? mapped : undefined,
  };
}

/** What `look` returns, or why it could not. */
function unlessRefused<T>(look: () => T): T | OsError {
  try {
    return look();
  } catch (error) {
    if (error instanceof OsError) return error;
    throw error;
  }
}
