import { OsError } from "../../platform/os-error.ts";
import { Denied } from "../../policy/errors.ts";
import type { Authorized } from "../../policy/types.ts";
import type { Call } from "../operation.ts";
import { findProcess, type SeenProcess } from "./effects/processes.ts";
import type { ProcessManager } from "./manager.ts";
import { ask, type ProcessAction, sameAttributes } from "./resource.ts";

/** The token where the policy allows; `undefined` where it denies. @throws {Denied} where it cannot say. */
export function permitted<A extends ProcessAction>(
  { access }: Call,
  action: A,
  process: SeenProcess,
): Authorized<A> | undefined {
  try {
    return access.require(ask(action, process));
  } catch (error) {
    if (error instanceof Denied && !error.decision.failure) return undefined;
    throw error;
  }
}

/** The same for many processes: says once, for the script's author, that some are left out. */
export function leavingOut<A extends ProcessAction>(call: Call, action: A) {
  let told = false;
  return (process: SeenProcess): Authorized<A> | undefined => {
    const token = permitted(call, action, process);
    if (token || told) return token;
    told = true;
    const [namespace, verb] = action.split(".");
    const what = `${call.access.principal} unauthorized to perform ${namespace}::Action::"${verb}"`;
    call.warn(`Some processes have been skipped due to enforced cedar policy: ${what}`);
    return undefined;
  };
}

/** A process and the permission to do something with it. */
export interface AuthorizedProcess<A extends ProcessAction> {
  readonly token: Authorized<A>;
  readonly process: SeenProcess;
}

/**
 * Asks for `action` on a process that was seen: as it was then, and as it is now where that is different. What is returned
 * is as it is now.
 * @throws {OsError} ESRCH when it has ended
 */
export function requireFor<A extends ProcessAction>(
  { access }: Call,
  manager: ProcessManager,
  action: A,
  seen: SeenProcess,
): AuthorizedProcess<A> {
  const token = access.require(ask(action, seen));
  const now = findProcess(seen.pid);
  if (now?.startTime !== seen.startTime) throw new OsError("ESRCH");
  manager.remember(now);
  return { token: sameAttributes(now, seen) ? token : access.require(ask(action, now)), process: now };
}
