import type { EnumValue } from "rhai-wasm";
import { OsError } from "../../platform/os-error.ts";
import { MAX_U32, OUT_OF_RANGE } from "../conversion.ts";
import type { Call } from "../operation.ts";
import { seenText } from "../seen.ts";
import { type AuthorizedProcess, requireFor } from "./access.ts";
import type { SeenProcess } from "./effects/processes.ts";
import { Changed, NoProcess, send } from "./effects/signal.ts";
import { invalid, notFound, processError } from "./errors.ts";
import type { ProcessManager } from "./manager.ts";
import { HANGUP, type SignalNumber, signalNumber } from "./signal.ts";

type Action = "process_system.kill" | "process_system.interrupt";
type Target = AuthorizedProcess<Action>;

/** What was signalled: its name, or its command where that was looked for. */
export interface Signalled {
  readonly name: string;
  readonly pid: number;
}

interface Search {
  readonly process_name: string | undefined;
  readonly username: string | undefined;
  readonly command: string | undefined;
  readonly exact_match: boolean;
}

interface KillOptions extends Search {
  readonly pid: bigint | undefined;
  readonly signal: EnumValue;
}

/** Sends a signal to one process, or to those of the ones seen before that fit. */
export function kill(call: Call, manager: ProcessManager, options: KillOptions): Signalled[] {
  const signal = signalNumber(options.signal);
  if (options.pid !== undefined) return [killOne(call, manager, options.pid, signal)];
  return killMatching(call, manager, options, signal);
}

/** Sends `signal` to the process `pid`. */
export function killOne(call: Call, manager: ProcessManager, pid: bigint, signal: SignalNumber): Signalled {
  if (pid > MAX_U32) {
    throw invalid(`Invalid PID value ${pid}: ${OUT_OF_RANGE}`);
  }
  const seen = manager.find(Number(pid));
  if (!seen) throw notFound(Number(pid));
  sendTo(requireFor(call, manager, actionOf(signal), seen), signal);
  return { name: seen.name, pid: seen.pid };
}

/** All are asked about before the first gets the signal; what fails for one of them does not keep it from the others. */
function killMatching(
  call: Call,
  manager: ProcessManager,
  search: Search,
  signal: SignalNumber,
): Signalled[] {
  const attempt = <T>(process: SeenProcess, act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      const text = `Failed to send signal to process ${process.pid}: ${seenText(error)}`;
      call.run.log("ERROR", text, call.line, "kill");
      return undefined;
    }
  };
  const found = [...manager.known()].filter((process) => fits(process, search));
  const targets = found.flatMap((process): Target[] => {
    const target = attempt(process, () => requireFor(call, manager, actionOf(signal), process));
    return target && fits(target.process, search) ? [target] : [];
  });
  const signalled = targets.flatMap((target): Signalled[] => {
    const { pid, name, command } = target.process;
    const sent = attempt(target.process, () => {
      sendTo(target, signal);
      return true;
    });
    return sent ? [{ name: search.command === undefined ? name : command, pid }] : [];
  });
  if (signalled.length === 0) throw notFound(0, "No matching processes found");
  return signalled;
}

const actionOf = (signal: SignalNumber): Action =>
  signal === HANGUP ? "process_system.interrupt" : "process_system.kill";

function fits(process: SeenProcess, { process_name, username, command, exact_match }: Search): boolean {
  const matches = (text: string, wanted: string | undefined): boolean =>
    wanted === undefined || (exact_match ? text === wanted : text.includes(wanted));
  return (
    matches(process.name, process_name) &&
    (username === undefined || process.username === username) &&
    matches(process.command, command)
  );
}

function sendTo({ token, process }: Target, signal: SignalNumber): void {
  try {
    send(token, process, signal);
  } catch (error) {
    if (error instanceof NoProcess) {
      throw notFound(process.pid, "Cannot send signal to process - no valid pidfd");
    }
    if (error instanceof Changed || error instanceof OsError) throw processError("Other", error.message);
    throw error;
  }
}
