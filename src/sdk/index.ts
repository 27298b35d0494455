import type { HostResult, ModuleSource, Position, Value } from "rhai-wasm";
import { commonNamespaces } from "./common/index.ts";
import { diskNamespaces } from "./disk/index.ts";
import { dispatch, inCall } from "./dispatch.ts";
import { fileSystemNamespaces, readModule } from "./file_system/index.ts";
import { networkNamespaces } from "./network/index.ts";
import type { Run } from "./operation.ts";
import { processNamespaces } from "./process_system/index.ts";
import { runnerNamespace } from "./runner/index.ts";
import { joinAreas } from "./surface.ts";
import { sysctlNamespaces } from "./sysctl/index.ts";
import { sysinfoNamespaces } from "./sysinfo/index.ts";
import { systemdNamespaces } from "./systemd/index.ts";

export type { Area } from "./namespace.ts";
export type { Documentation, Operation, Run, SdkType } from "./operation.ts";
export type { Surface } from "./surface.ts";

/** All that scripts can call. */
export const surface = joinAreas([
  { title: "Files and directories", namespaces: fileSystemNamespaces },
  { title: "Times and texts", namespaces: commonNamespaces },
  { title: "Network", namespaces: networkNamespaces },
  { title: "Processes", namespaces: processNamespaces },
  { title: "The system", namespaces: sysinfoNamespaces },
  { title: "Disks", namespaces: diskNamespaces },
  { title: "Services", namespaces: systemdNamespaces },
  { title: "Kernel parameters", namespaces: sysctlNamespaces },
  { title: "Logs, metrics and alarms", namespaces: [runnerNamespace] },
]);

/** Calls `surface.operations[index]` for a script of `run`. */
export function callOperation(
  run: Run,
  index: number,
  args: readonly Value[],
  position: Position,
): HostResult {
  const operation = surface.operations[index];
  if (!operation) throw new Error(`no operation ${index}`);
  return dispatch(run, operation, args, position);
}

/** The source of a module that a script of `run` imports; `undefined` where there is none. */
export function importModule(
  run: Run,
  path: string,
  importer: string | undefined,
  position: Position,
): ModuleSource | undefined {
  return inCall(run, { name: "import", source: "IoErrorKind" }, position, (call) =>
    readModule(call, path, importer),
  );
}
