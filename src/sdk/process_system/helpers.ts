import type { Value } from "rhai-wasm";
import type { Call } from "../operation.ts";
import { seenText } from "../seen.ts";
import { typeNameOf } from "../type-names.ts";
import { invalid } from "./errors.ts";
import { killOne, type Signalled } from "./kill.ts";
import { listProcesses } from "./list.ts";
import { ProcessManager } from "./manager.ts";
import type { ProcessInfo } from "./records.ts";
import { TERMINATE } from "./signal.ts";

/** The processes that may be listed; whatever fails is an error of kind `ValidationError`. */
export const ps = (call: Call): ProcessInfo[] => named("ps", () => listProcesses(call, new ProcessManager()));

/** Ends the process `pid`; whatever fails is an error of kind `ValidationError`. */
export function killByNumber(call: Call, pid: bigint, flags: readonly Value[] = []): Signalled[] {
  const [flag] = flags;
  // The reference has a type of flags for it, but nothing that makes one.
  if (flag !== undefined) throw invalid(`kill: expected KillFlag flag, got ${typeNameOf(flag)}`);
  if (pid < 0n) {
    throw invalid("kill: failed to build options: Validation error: PID cannot be negative");
  }
  return named("kill", () => [killOne(call, new ProcessManager(), pid, TERMINATE)]);
}

function named<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw invalid(`${name}: ${seenText(error)}`);
  }
}
