import { close, type Fd } from "../../../platform/file.ts";
import { effectiveUser, groupId, groupName, userId } from "../../../platform/identity.ts";
import { LIMITS } from "../../../platform/limits.ts";
import { type ExecuteResult, execute, isOwnExecutable, openProcess } from "../../../platform/process.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

export interface Program {
  /** The executable, open. */
  readonly fd: Fd;
  readonly path: string;
  /** The name of the program first. */
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Numbers of the capabilities that it inherits. */
  readonly capabilities: readonly number[];
  /** A process, from {@link processOf}, in whose PID namespace it runs. */
  readonly namespace: Fd | undefined;
}

type Execute = Authorized<"file_system.execute">;

/** Runs `program` to its end. */
export function run(token: Execute, program: Program): ExecuteResult {
  expectFor(token, program.path);
  const { fd, argv, env, uid, gid, capabilities, namespace } = program;
  return execute(fd, argv, {
    env,
    capabilities,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(namespace === undefined ? {} : { pidNamespaceOf: namespace }),
    maxOutput: LIMITS.executeOutputBytes,
    timeoutMs: LIMITS.executeTimeMs,
  });
}

/** Whether the executable is this program itself, which would run any script without a policy. */
export function isItself(token: Execute, path: string, fd: Fd): boolean {
  expectFor(token, path);
  return isOwnExecutable(fd);
}

/** Calls `action` with a descriptor of the process `pid`. */
export function processOf(token: Execute, path: string, pid: number): Fd {
  expectFor(token, path);
  return openProcess(pid);
}

export { NamespaceRefused } from "../../../platform/process.ts";
export { close as closeProcess };

export const accounts = {
  user: userId,
  group: groupId,
  /** By whom and for which group programs run unless told otherwise. */
  own: () => {
    const { uid, gid, name } = effectiveUser();
    return { uid, gid, user: name, group: groupName(gid) };
  },
};
