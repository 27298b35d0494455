import { OsError } from "../../../platform/os-error.ts";
import { signalProcess } from "../../../platform/process.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { sameAttributes } from "../resource.ts";
import type { SignalNumber } from "../signal.ts";
import { HeldProcess, type SeenProcess } from "./processes.ts";

/** What was asked about is a thread, which signals are not sent to. */
export class NoProcess extends Error {}

/** What was asked about has become another program meanwhile. */
export class Changed extends Error {
  override readonly message = "the process has changed since it was authorized";
}

/**
 * Sends `signal` to the very process that was authorized, as it was authorized; ESRCH when it has ended, though its number
 * be another's by now. What is looked at and what is signalled are one descriptor.
 */
export function send(
  token: Authorized<"process_system.kill" | "process_system.interrupt">,
  process: SeenProcess,
  signal: SignalNumber,
): void {
  expectFor(token, String(process.pid));
  const held = HeldProcess.of(process.pid);
  try {
    if (!held?.is(process)) throw new OsError("ESRCH");
    if (process.isThread) throw new NoProcess();
    if (!sameAttributes(held.seen, process)) throw new Changed();
    signalProcess(held.directory, signal);
  } finally {
    held?.release();
  }
}
