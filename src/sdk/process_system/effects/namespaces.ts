import { close } from "../../../platform/file.ts";
import { OsError } from "../../../platform/os-error.ts";
import { enterNamespaces, type Namespace, openNamespace } from "../../../platform/process.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { HeldProcess, type SeenProcess } from "./processes.ts";

export { NamespacesNotKept, Stranded } from "../../../platform/process.ts";

/** Leads back to the namespaces before. */
export type Leave = () => void;

/** Permissions to enter namespaces of one process. */
export interface NamespaceTokens {
  readonly mount?: Authorized<"process_system.mount_namespace">;
  readonly net?: Authorized<"process_system.network_namespace">;
}

/** Enters those namespaces of the process that there are tokens for; ESRCH when it has ended. */
export function enterNamespacesOf({ mount, net }: NamespaceTokens, process: SeenProcess): Leave {
  if (mount) expectFor(mount, String(process.pid));
  if (net) expectFor(net, String(process.pid));
  const held = HeldProcess.of(process.pid);
  const open: Namespace[] = [];
  try {
    if (!held?.is(process)) throw new OsError("ESRCH");
    if (mount) open.push(openNamespace(held.directory, "mount"));
    if (net) open.push(openNamespace(held.directory, "net"));
    return enterNamespaces(open);
  } finally {
    held?.release();
    for (const { fd } of open) close(fd);
  }
}

/** Enters the network namespace that is open as a file. */
export function enterNetwork(
  token: Authorized<"file_system.network_namespace">,
  { fd, path }: { readonly fd: number; readonly path: string },
): Leave {
  expectFor(token, path);
  return enterNamespaces([{ type: "net", fd }]);
}
