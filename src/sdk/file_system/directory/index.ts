/** Directories: opening them, and what can be done with an open one. */
import type { Namespace } from "../../namespace.ts";
import { changeOperations } from "./change-operations.ts";
import { lookOperations } from "./look-operations.ts";
import { optionNamespaces } from "./options.ts";
import { usageNamespaces } from "./usage.ts";

export { findEntries } from "./find.ts";
export { listEntries } from "./list.ts";
export { deleteDirectory } from "./remove.ts";
export { DiskUsageEntry, diskUsage } from "./usage.ts";

export const directoryNamespaces: readonly Namespace[] = [
  ...optionNamespaces,
  ...usageNamespaces,
  { types: [], constants: [], operations: [...lookOperations, ...changeOperations] },
];
